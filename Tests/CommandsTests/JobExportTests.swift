import Determinism
import Foundation
import JSON
import JobCore
import TestServers
import Testing

@testable import Commands

@Suite struct `An export of jobs` {
    /// As the API shows a job.
    private static func shown(_ job: Job) throws -> ShownJob {
        let fields = JobFields(
            job, createdAt: Instant(secondsSinceEpoch: 1_900_000_000),
            updatedAt: Instant(secondsSinceEpoch: 1_900_000_001))
        let value = try JSONValue(parsing: try JSONWriter.bytes(of: fields))
        guard case .object(var view) = value else { throw TestFailure("no object") }
        view["payload"] = job.payload.map(JSONValue.string) ?? .null
        view["headers"] = .object(job.headers.mapValues(JSONValue.string))
        (view["next_occurrence"], view["paused"]) = (.null, .null)
        view["etag"] = .string(job.version(updatedAt: fields.updatedAt))
        return try #require(ShownJob(.object(view)))
    }

    private static func text(_ random: inout SplitMix64, max: Int) -> String {
        let alphabet = Array("ab1 :#-?*&!|>'\"%@`{}[],\\\n\t~=é\u{85}\u{2029}🎉".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<random.int(1...max) { text.append(alphabet[random.int(0...alphabet.count - 1)]) }
        return String(text)
    }

    private static func randomJob(_ number: Int, _ random: inout SplitMix64) -> Job {
        let schedules = ["rate(5 minutes)", "cron(0 8 ? * MON-FRI *)", "at(2099-01-31T08:00:00)", "cron(* * * * ? *)"]
        let targets = ["https://example.com/hook?a=1&b=%20#x", "http://10.0.0.1:8080/", "https://example.com/~a/*"]
        var job = Job(
            name: JobName(service: ["billing", ".x", "on", "12"][random.int(0...3)], job: "job.\(number)"),
            isEnabled: random.chance(50), isExclusive: random.chance(50),
            target: InvocationTarget(kind: .http, address: targets[random.int(0...2)].replacing("#x", with: "")),
            payload: random.chance(50) ? text(&random, max: 30) : nil,
            schedule: ScheduleKey(
                schedules[random.int(0...3)], timeZone: random.chance(50) ? "UTC" : "Europe/Madrid",
                dst: random.chance(50) ? .default : DSTPolicy("shift,both") ?? .default),
            ttlSeconds: Int64(random.int(1...604_800)))
        if random.chance(50) { job.heartbeatIntervalSeconds = Int64(random.int(1...86_400)) }
        if random.chance(50) { job.retry = RetryPolicy(maxAttempts: random.int(1...20), backoffSeconds: [1, 9]) }
        if random.chance(50) { job.timeoutSeconds = Int64(random.int(1...120)) }
        if random.chance(50) { job.headers = ["X-A": "\(random.int(0...99))", "x-yes": "yes: #no"] }
        if random.chance(50) { job.misfire = random.chance(50) ? .all : .skip }
        if random.chance(50) { job.misfireMaxAgeSeconds = Int64(random.int(1...31_536_000)) }
        if random.chance(50) { job.startAt = Instant(secondsSinceEpoch: Int64(random.int(0...1_900_000_000))) }
        if random.chance(50) { job.endAt = Instant(millisecondsSinceEpoch: 4_000_000_000_123) }
        if random.chance(50) { job.tags = ["on", text(&random, max: 8)] }
        if random.chance(50) { job.description = text(&random, max: 40) }
        if random.chance(50) { job.owner = ["repo", "true", "1.5", "-1"][random.int(0...2)] }
        return job
    }

    @Test func `of random jobs is applied without a change`() throws {
        var random = SplitMix64(seed: 11)
        let shown = try (0..<300).map { try Self.shown(Self.randomJob($0, &random)) }
        let documents = shown.map(JobExport.document)
        let files = try TemporaryFiles(["all.yaml": JobFileWriter.yaml(documents)])
        for (job, document) in zip(shown, documents) {
            try files.write(Array(JobFileWriter.yaml([document]).utf8), to: "each/\(JobExport.path(of: job.name))")
        }
        for place in ["all.yaml", "each"] {
            let jobs = try JobFiles(reading: ["\(files.path)/\(place)"]).jobs()
            let plan = try JobPlanner(prunes: true).plan(jobs, current: shown)
            #expect(jobs.count == 300 && plan.changes.isEmpty, "\(plan.lines)")
        }
    }

    @Test func `leaves out what is only shown and what is the default anyway`() throws {
        let job = Job(
            name: JobName(service: "billing", job: "a"),
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        #expect(
            JobFileWriter.yaml([JobExport.document(of: try Self.shown(job))]) == """
                - service_name: billing
                  job_name: a
                  async: true
                  enabled: true
                  exclusive: false
                  schedule: rate(1 minute)
                  invocation_type: http
                  invocation_target: https://example.com/
                  ttl_seconds: 60

                """)
    }

    /// The real program against an admin API in memory.
    @Test func `writes to standard output, to a file or to a folder, and says whose headers are hidden`() async throws {
        let api = await FakeAdminAPI.start()
        let more = [
            "billing/a": "", "billing/.b": #", "owner": "repo", "headers": {"X-A": "***"}"#,
            "shipping/c": #", "tags": ["nightly"]"#,
        ]
        for (name, more) in more {
            api.put(name, try JSONValue(parsing: Array("{\(SampleJobs.fields)\(more)}".utf8)))
        }
        let all = try await api.belfry(["jobs", "export"])
        #expect(all.status == 0 && all.output.split(separator: "\n").count { $0.hasPrefix("- ") } == 3, "\(all.errors)")
        #expect(
            all.errors == "The key may not see the values of headers; they are *** in: billing/.b.\n")
        for (arguments, name) in [
            (["--service", "shipping"], "c"), (["--owner", "repo"], ".b"), (["--tag", "nightly"], "c"),
        ] {
            let some = try await api.belfry(["jobs", "export"] + arguments)
            #expect(some.output.contains("job_name: \(name)\n") || some.output.contains("job_name: \"\(name)\"\n"))
            #expect(some.output.split(separator: "\n").count { $0.hasPrefix("- ") } == 1, "\(some.output)")
        }
        let files = try TemporaryFiles()
        for output in ["\(files.path)/all.yaml", "\(files.path)/folder/"] {
            let done = try await api.belfry(["jobs", "export", "-o", output])
            #expect(done.status == 0 && done.output.isEmpty && done.errors.hasPrefix("exported 3 jobs\n"))
            let applied = try await api.belfry(["jobs", "apply", "--prune", "-f", output])
            #expect(applied.output == "0 to create, 0 to replace, 0 to delete, 3 unchanged\n", "\(applied.errors)")
        }
        let names = FileManager.default.enumerator(atPath: "\(files.path)/folder")?.compactMap { "\($0)" } ?? []
        #expect(Set(names) == ["billing", "billing/a.yaml", "billing/%2Eb.yaml", "shipping", "shipping/c.yaml"])
        let json = try await api.belfry(["jobs", "export", "--json"])
        #expect(try JSONValue(parsing: Array(json.output.utf8)).array?.count == 3)
    }
}
