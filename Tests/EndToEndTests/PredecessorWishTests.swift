import Foundation
import JSON
import Messaging
import TestServers
import Testing

extension EndToEnd {
    /// The wish list of the predecessor's page, one test for each wish about behaviour. Those about its own deployment
    /// on AWS have none; event forks have `EventForkTests`, and the removal of old executions has the store's own.
    @Suite struct PredecessorWishTests {
        private func put(_ job: String, _ path: String, _ fields: [String: JSONValue] = [:]) async throws {
            let url = try await EndToEnd.service().url
            let answer = try await EndToEnd.installation().put(
                job,
                ["invocation_target": .string("\(url)\(path)"), "schedule": EndToEnd.never].merging(fields) { $1 })
            #expect([200, 201].contains(answer.status), "\(answer.body)")
        }

        @Test func `API endpoint for running an execution now, that takes a failed execution and links the two`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await put("wish-retry", "/fail")
            let failed = try await EndToEnd.ended(try await EndToEnd.run("wish-retry", payload: "only once"))
            let id = try #require(failed["execution_id"]?.string)
            try await put("wish-retry", "/succeed")
            let answer = try await belfry.api("POST", "/executions/\(id)/retry")
            #expect(answer.status == 202 && answer.body["retry_of"]?.string == id, "\(answer.body)")
            let retry = try await EndToEnd.ended(try #require(answer.body["execution_id"]?.string))
            #expect(retry["status"]?.string == "success" && retry["trigger"]?.string == "retry")
            #expect(retry["retry_of"]?.string == id)
            let linked = try await belfry.api("GET", "/executions/\(id)").body
            #expect(linked["retried_by"] == retry["execution_id"] && linked["status"]?.string == "fail")
            let webhook = try #require(service.webhooks.last { $0.job == "wish-retry" })
            #expect(webhook.body["payload"]?.string == "only once" && webhook.body["retry_of"]?.string == id)
            #expect(webhook.body["trigger"]?.string == "retry")
        }

        @Test func `signed callback tokens for validating those API calls`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await put("wish-token", "/silent")
            let id = try await EndToEnd.run("wish-token")
            let webhook = try #require(try await service.webhooks(of: "wish-token").first)
            let url = try #require(webhook.body["callback_url"]?.string)
            let changed = String(url.dropLast()) + (url.hasSuffix("A") ? "B" : "A")
            let success = #"{"status": "success"}"#
            #expect(try await belfry.http("POST", changed, body: success, headers: [:]).status == 401)
            #expect(try await belfry.http("POST", url, body: success, headers: [:]).status == 202)
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
        }

        @Test func `the results of a search leak no internal key`() async throws {
            let belfry = try await EndToEnd.installation()
            try await put("wish-fields", "/succeed")
            _ = try await EndToEnd.ended(try await EndToEnd.run("wish-fields"))
            let execution = try #require(try await belfry.executions(of: "wish-fields").first)
            let job = try await belfry.api("GET", "/services/test/jobs/wish-fields").body
            for case .object(let fields) in [execution, job] {
                #expect(fields.keys.filter { ["key", "seq", "rowid", "pk", "sk", "document"].contains($0) }.isEmpty)
            }
        }

        @Test func `the errors of a request name each mistake and where it is`() async throws {
            let answer = try await EndToEnd.installation().put(
                "wish-errors", ["ttl_seconds": .string("60"), "schedule": .string("rate(0 minutes)")])
            let fields = answer.body["errors"]?.array?.compactMap { $0["field"]?.string }
            #expect(answer.status == 422)
            #expect(fields.map(Set.init) == ["/invocation_target", "/schedule", "/ttl_seconds"])
        }

        @Test func `a mock of delayed callbacks flexes the heartbeats`() async throws {
            try await put(
                "wish-mock", "/succeed?heartbeats=3&every_ms=700", ["heartbeat_interval_seconds": .integer(1)])
            let record = try await EndToEnd.ended(try await EndToEnd.run("wish-mock"))
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 75)
        }

        @Test func `more than 100 schedules, of which each is there once however many jobs share it`() async throws {
            let belfry = try await EndToEnd.installation()
            let jobs = (0..<240).map { number -> JSONValue in
                .object([
                    "service_name": .string("wish-many"), "job_name": .string("job-\(number)"), "async": .bool(true),
                    "enabled": .bool(true), "exclusive": .bool(false), "invocation_type": .string("http"),
                    "invocation_target": .string("https://example.com/"), "ttl_seconds": .integer(60),
                    "schedule": .string("cron(\(number / 2 % 60) \(number / 120) 1 1 ? 2198)"),
                ])
            }
            let answer = try await belfry.api("POST", "/jobs:batch", .object(["put": .array(jobs)]))
            #expect(answer.status == 200 && answer.body["put"]?.array?.count == 240, "\(answer.status)")
            // A list to choose from, so that a job takes a schedule that is there already.
            let page = try await belfry.api("GET", "/schedules?limit=1000").body
            let mine = (page["results"]?.array ?? []).filter { $0["expression"]?.string?.hasSuffix("2198)") == true }
            #expect(mine.count == 120 && mine.allSatisfy { $0["jobs"]?.integer == 2 })
        }

        @Test func `a test request validates a target when a service configures a job`() async throws {
            let belfry = try await EndToEnd.installation()
            let url = try await EndToEnd.service().url
            let fields: [String: JSONValue] = [
                "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false),
                "invocation_type": .string("http"), "ttl_seconds": .integer(60), "schedule": EndToEnd.never,
            ]
            for (path, status) in [("/status/404", 422), ("/succeed", 201)] {
                let document = JSONValue.object(fields.merging(["invocation_target": .string("\(url)\(path)")]) { $1 })
                let answer = try await belfry.api("PUT", "/services/test/jobs/wish-verify?verify=true", document)
                #expect(answer.status == status, "\(answer.body)")
            }
        }

        @Test func `a service gets queued jobs at its own pace`() async throws {
            let service = try await EndToEnd.service()
            try await put("wish-pace", "/recover", ["retry": .object(["backoff_seconds": .array([.integer(1)])])])
            // A service without room answers 503, and the job waits.
            let record = try await EndToEnd.ended(try await EndToEnd.run("wish-pace"))
            #expect(record["status"]?.string == "success")
            #expect(try await service.webhooks(of: "wish-pace", count: 2).count == 2)
        }

        @Test func `jobs that wait in a queue are kept alive for as long as their heartbeat interval says`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let queue = try await QueueWorker.start("wish-queue", in: belfry)
            defer { queue.stop() }
            for (job, interval) in [("wish-queue-short", 1), ("wish-queue-long", 20)] as [(String, Int64)] {
                let put = try await belfry.put(
                    job,
                    [
                        "invocation_type": .string("rabbitmq"), "invocation_target": .string("queue:wish-queue"),
                        "schedule": EndToEnd.never, "heartbeat_interval_seconds": .integer(interval),
                    ])
                #expect([200, 201].contains(put.status), "\(put.body)")
            }
            let ids = [try await EndToEnd.run("wish-queue-short"), try await EndToEnd.run("wish-queue-long")]
            // The service has no room while the first one waits for more than two of its intervals.
            #expect(try await EndToEnd.ended(ids[0])["reason"]?.string == "heartbeat")
            let messages = try await queue.take(2)
            #expect(Set(messages.compactMap(\.id)) == Set(ids))
            let waited = try #require(messages.first { $0.id == ids[1] })
            let url = try #require(try JSONValue(parsing: waited.body)["callback_url"]?.string)
            #expect(try await belfry.http("POST", url, body: #"{"status": "success"}"#, headers: [:]).status == 202)
            #expect(try await EndToEnd.ended(ids[1])["status"]?.string == "success")
        }

        @Test func `a callback extends the execution's timeout, by at most ttl_seconds`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await put(
                "wish-extend", "/silent", ["ttl_seconds": .integer(30), "heartbeat_interval_seconds": .integer(60)])
            let id = try await EndToEnd.run("wish-extend")
            let url = try #require(try await service.webhooks(of: "wish-extend").first?.body["callback_url"]?.string)
            func deadline(after seconds: Int) async throws -> Int64 {
                let body = #"{"status": "processing", "progress": \#(seconds % 100), "extend_seconds": \#(seconds)}"#
                #expect(try await belfry.http("POST", url, body: body, headers: [:]).status == 202)
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                return try await until("the heartbeat is on record") {
                    let shown = try await belfry.api("GET", "/executions/\(id)").body
                    return shown["progress"]?.integer == Int64(seconds % 100)
                        ? (shown["deadline_ms"]?.integer).map { $0 - now } : nil
                }
            }
            #expect(abs(try await deadline(after: 5) - 5_000) < 3_000)
            #expect(abs(try await deadline(after: 604_800) - 30_000) < 3_000)
            #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 202)
            _ = try await EndToEnd.ended(id)
        }

        @Test func `pending executions are ended once their ttl has expired`() async throws {
            // Nobody listens there, so the run stays pending through its attempts.
            let belfry = try await EndToEnd.installation()
            _ = try await belfry.put(
                "wish-pending",
                [
                    "invocation_target": .string("http://127.0.0.1:1/"), "schedule": EndToEnd.never,
                    "ttl_seconds": .integer(3), "heartbeat_interval_seconds": .integer(1),
                    "retry": .object(["max_attempts": .integer(20), "backoff_seconds": .array([.integer(1)])]),
                ])
            let record = try await EndToEnd.ended(try await EndToEnd.run("wish-pending"))
            #expect(record["status"]?.string == "fail" && record["service_invoked_at_ms"] == .null)
        }

        @Test func `overlapping jobs don't lock on the job`() async throws {
            let belfry = try await EndToEnd.installation()
            try await put("wish-overlap", "/silent")
            let ids = [try await EndToEnd.run("wish-overlap"), try await EndToEnd.run("wish-overlap")]
            let webhooks = try await EndToEnd.service().webhooks(of: "wish-overlap", count: 2)
            // The later one ends first, while the earlier one is open still.
            for id in ids.reversed() {
                let open = try await belfry.api("GET", "/executions/\(id)").body
                #expect(open["reason"]?.string == nil && open["status"]?.string != "fail")
                let webhook = try #require(webhooks.first { $0.executionID == id })
                let url = try #require(webhook.body["callback_url"]?.string)
                let success = #"{"status": "success"}"#
                #expect(try await belfry.http("POST", url, body: success, headers: [:]).status == 202)
                #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
            }
        }

        @Test func `tracing: the header traceparent arrives at the service, as W3C has it`() async throws {
            try await put("wish-trace", "/succeed")
            let id = try await EndToEnd.run("wish-trace")
            let webhook = try #require(try await EndToEnd.service().webhooks(of: "wish-trace").first)
            let parts = try #require(webhook.headers["traceparent"]).split(separator: "-").map(String.init)
            #expect(parts.map(\.count) == [2, 32, 16, 2], "\(parts)")
            #expect(parts.joined().allSatisfy { "0123456789abcdef".contains($0) }, "\(parts)")
            #expect(parts[0] == "00" && parts[1] == id.replacing("-", with: ""), "\(parts)")
            _ = try await EndToEnd.ended(id)
        }

        @Test func `metrics of the latency from the scheduled time to the invocation`() async throws {
            let belfry = try await EndToEnd.installation()
            try await put("wish-metrics", "/succeed")
            _ = try await EndToEnd.ended(try await EndToEnd.run("wish-metrics"))
            let metrics = try await belfry.health("courierd.1", "metrics").text
            #expect(metrics.contains("belfry_delivery_lateness_ms"), "\(metrics)")
        }

        @Test func `structured logging: each line of a program is a JSON object with the same four fields`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let logged = try belfry.log("reaperd.1").count
            belfry.killProgram("reaperd.1")
            try await belfry.startProgram("reaperd.1", environment: ["BELFRY_LOG_FORMAT": "json"])
            _ = try await until("the program is ready") {
                try? await belfry.readiness("reaperd.1").status == 200 ? true : nil
            }
            let lines = try belfry.log("reaperd.1").dropFirst(logged).split(separator: "\n")
            #expect(!lines.isEmpty)
            for line in lines {
                let object = try JSONValue(parsing: Array(line.utf8))
                #expect(["time", "level", "program", "message"].allSatisfy { object[$0]?.string != nil }, "\(line)")
            }
            belfry.killProgram("reaperd.1")
            try await belfry.startProgram("reaperd.1")
        }
    }
}
