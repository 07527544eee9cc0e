import JSON
import JobCore
import Messaging
import TestServers

/// The API and the broker of an installation, as the harness uses them before and after the faults.
struct RecordReader: Sendable {
    static let service = "chaos"
    let installation: Installation

    /// Registers a version of a job, again until the API accepts it. The payload is the version, and an odd one has
    /// another backoff and a longer ttl than an even one.
    func put(_ job: ChaosJob, url: String, isEnabled: Bool, version: Int64) async throws {
        let isOdd = version % 2 == 1
        let fields: [String: JSONValue] = [
            "async": .bool(true), "enabled": .bool(isEnabled), "exclusive": .bool(job.isExclusive),
            "invocation_type": .string("http"), "invocation_target": .string(url), "misfire": .string("all"),
            "schedule": .string("rate(\(job.everySeconds) second\(job.everySeconds == 1 ? "" : "s"))"),
            // A short ttl ends runs, at the instant that the judge knows.
            "ttl_seconds": .integer(job.ttlSeconds + (isOdd && job.ttlSeconds >= 120 ? 30 : 0)),
            "payload": .string(String(version)), "description": .string("version \(version)"),
            "heartbeat_interval_seconds": .integer(job.heartbeatIntervalSeconds),
            "retry": .object([
                "max_attempts": .integer(3), "backoff_seconds": .array([.integer(isOdd ? 1 : 2), .integer(5)]),
            ]),
        ]
        _ = try await until("the API accepts the job \(job.name)") {
            let answer = try await installation.api(
                "PUT", "/services/\(Self.service)/jobs/\(job.name)", .object(fields))
            if answer.status == 422 { throw TestFailure("\(job.name) is refused: \(answer.body.text)") }
            return answer.status == 200 || answer.status == 201 ? true : nil
        }
    }

    /// Pauses a job, again until the API does. What is paused already stays paused.
    func pause(_ job: ChaosJob) async throws {
        _ = try await until("the API pauses \(job.name)") {
            try await installation.api("POST", "/services/\(Self.service)/jobs/\(job.name)/pause").status == 200
                ? true : nil
        }
    }

    /// Resumes a job, again until the API does. It answers 409 if an earlier request, whose answer was lost, did so.
    func resume(_ job: ChaosJob) async throws {
        _ = try await until("the API resumes \(job.name)") {
            let status = try await installation.api("POST", "/services/\(Self.service)/jobs/\(job.name)/resume").status
            return status == 200 || status == 409 ? true : nil
        }
    }

    /// All executions of a job.
    func runs(of job: ChaosJob) async throws -> [Facts.Run] {
        var runs: [Facts.Run] = []
        var more = ""
        repeat {
            let page = try await page("/services/\(Self.service)/jobs/\(job.name)/executions?limit=100\(more)")
            runs += (page["results"]?.array ?? []).compactMap(Facts.Run.init)
            more = page["paging"]?["more"]?.string.map { "&more=\($0)" } ?? ""
        } while !more.isEmpty
        return runs
    }

    /// The latest executions of a job, at most 100.
    func latest(of job: ChaosJob) async throws -> [Facts.Run] {
        let page = try await page("/services/\(Self.service)/jobs/\(job.name)/executions?limit=100")
        return (page["results"]?.array ?? []).compactMap(Facts.Run.init)
    }

    /// The number of executions that have not ended.
    func openRuns() async throws -> Int {
        var count = 0
        for status in ["pending", "invoked", "processing"] {
            count +=
                try await page("/services/\(Self.service)/executions?status=\(status)&limit=100")["results"]?
                .array?.count ?? 0
        }
        return count
    }

    /// An execution's timeline in one line; nil if the API does not show it.
    func timeline(of execution: String) async throws -> String? {
        let answer = try await installation.api("GET", "/executions/\(execution)")
        return (answer.body["timeline"]?.array).map { entries in
            entries.map { entry in
                let parts = [entry["event"]?.string, entry["status_code"]?.integer.map(String.init)]
                return "\(entry["at"]?.string ?? "?") \(parts.compactMap(\.self).joined(separator: " "))"
            }.joined(separator: ", ")
        }
    }

    /// The number of messages in each queue, those included that a stage has not acknowledged.
    func queueDepths() async throws -> [String: Int] {
        let listed = try await installation.controlBroker(["list_queues", "name", "messages", "--no-table-headers"])
        let pairs = listed.split(separator: "\n").compactMap { line -> (String, Int)? in
            let parts = line.split(separator: "\t")
            guard parts.count == 2, let depth = Int(parts[1]) else { return nil }
            return (String(parts[0]), depth)
        }
        return Dictionary(pairs) { $1 }
    }

    private func page(_ path: String) async throws -> JSONValue {
        try await until("the API answers") {
            let answer = try await installation.api("GET", path)
            return answer.status == 200 ? answer.body : nil
        }
    }
}

extension Facts.Run {
    fileprivate init?(_ shown: JSONValue) {
        guard let execution = shown["execution_id"]?.string, let job = shown["job_name"]?.string,
            let occurrence = shown["scheduled_time_ms"]?.integer, let status = shown["status"]?.string
        else { return nil }
        self.init(
            execution: execution, job: job, occurrence: Instant(millisecondsSinceEpoch: occurrence), status: status,
            reason: shown["reason"]?.string,
            finishedAt: shown["finished_at_ms"]?.integer.map { Instant(millisecondsSinceEpoch: $0) })
    }
}
