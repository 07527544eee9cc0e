import JSON
import TestServers
import Testing

extension EndToEnd {
    /// What the page of the predecessor, serverless-job-manager, promises to services, one test for each statement: a
    /// service that was written for it works with Belfry's base URL. Its searches are in `PredecessorSearchTests`.
    @Suite struct PredecessorTests {
        private static let pageSchedule: [String: JSONValue] = ["schedule": .string("cron(*/5 * * * ? *)")]

        /// The example of its page, with another target, and a schedule that starts no run amid other tests.
        private static func example(_ target: String, _ changes: [String: JSONValue] = [:]) -> JSONValue {
            let fields: [String: JSONValue] = [
                "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false),
                "invocation_target": .string(target), "invocation_type": .string("http"),
                "payload": .string(#"{"foo":"bar2"}"#), "schedule": EndToEnd.never,
                "ttl_seconds": .integer(119),
            ]
            return .object(fields.merging(changes) { $1 })
        }

        /// Puts the example under a name of the service `test`, with the path of the service for tests.
        private func put(
            _ job: String, _ path: String, _ changes: [String: JSONValue] = [:]
        ) async throws -> Installation.Answer {
            let url = try await EndToEnd.service().url
            return try await EndToEnd.installation().api(
                "PUT", "/services/test/jobs/\(job)", Self.example("\(url)\(path)", changes))
        }

        @Test func `idempotent endpoint for creating a new job or updating an existing one`() async throws {
            let longer = Self.pageSchedule.merging(["ttl_seconds": .integer(120)]) { $1 }
            let answers = [
                try await put("old-idempotent", "/silent", Self.pageSchedule),
                try await put("old-idempotent", "/silent", Self.pageSchedule),
                try await put("old-idempotent", "/silent", longer),
            ]
            _ = try await put("old-idempotent", "/silent", ["enabled": .bool(false)])
            #expect(answers.map(\.status) == [201, 200, 200])
            #expect(answers.map { $0.body["ttl_seconds"]?.integer } == [119, 119, 120])
            let list = try await EndToEnd.installation().api("GET", "/services/test/jobs?limit=1000").body["results"]
            #expect(list?.array?.count { $0["job_name"]?.string == "old-idempotent" } == 1)
        }

        @Test func `services can have many jobs, and the name of a job must be unique to the service`() async throws {
            let belfry = try await EndToEnd.installation()
            for (service, job) in [("old-a", "one"), ("old-a", "two"), ("old-b", "one")] {
                let answer = try await belfry.api(
                    "PUT", "/services/\(service)/jobs/\(job)", Self.example("https://example.com/\(service)"))
                #expect(answer.status == 201)
            }
            let shown = try await belfry.api("GET", "/services/old-b/jobs/one").body
            #expect(shown["invocation_target"]?.string == "https://example.com/old-b")
            #expect(try await belfry.api("GET", "/services/old-a/jobs").body["count"]?.integer == 2)
        }

        @Test(arguments: [
            ("async", JSONValue.bool(false)), ("payload", .object(["foo": .string("bar2")])),
            ("schedule", .string("every 5 minutes")), ("invocation_target", .string("/hooks/relative")),
            ("invocation_type", .string("lambda")), ("ttl_seconds", .integer(0)),
        ])
        func `only asynchronous jobs, absolute targets, text payloads and valid expressions are accepted`(
            field: String, value: JSONValue
        ) async throws {
            let answer = try await put("old-wrong", "/silent", [field: value])
            #expect(answer.status == 422)
            #expect(answer.body["errors"]?.array?.map { $0["field"]?.string } == ["/\(field)"])
        }

        @Test(arguments: ["rate(6 hours)", "rate(5 minutes)", "rate(1 hour)", "cron(*/5 * * * ? *)"])
        func `a valid CloudWatch Events schedule expression, in UTC`(expression: String) async throws {
            let answer = try await put("old-schedule", "/silent", ["schedule": .string(expression)])
            _ = try await put("old-schedule", "/silent", ["enabled": .bool(false)])
            #expect(answer.body["schedule"]?.string == expression && answer.body["time_zone"]?.string == "UTC")
            let next = try #require(answer.body["next_occurrence"]?.string)
            #expect(next.hasSuffix(":00Z") && (next.dropLast(4).last == "0" || next.dropLast(4).last == "5"))
        }

        @Test func `the webhook is a POST of JSON with the fields of the page, and its callbacks end the execution`()
            async throws
        {
            let service = try await EndToEnd.service()
            _ = try await put("old-webhook", "/succeed?heartbeats=2")
            let record = try await EndToEnd.ended(try await EndToEnd.run("old-webhook"))
            let webhook = try #require(try await service.webhooks(of: "old-webhook").first)
            #expect(webhook.headers["content-type"] == "application/json")
            guard case .object(let body) = webhook.body else { throw TestFailure("the body is no object") }
            let fields: Set = [
                "callback_url", "heartbeat_interval_seconds", "invocation_latency_ms", "invocation_latency_pct",
                "job_name", "last_successful_execution", "payload", "schedule", "scheduled_time", "scheduled_time_ms",
            ]
            #expect(fields.subtracting(body.keys).isEmpty)
            #expect(body["payload"]?.string == #"{"foo":"bar2"}"# && body["job_name"]?.string == "old-webhook")
            // A heartbeat with progress, then success with a correlation id, a state and a summary.
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 66)
            #expect(record["summary"]?.string == "done" && record["correlation_id"]?.string == "c-1")
            #expect(record["state"]?.string == "state of \(webhook.executionID)")
        }

        @Test func `a fail callback ends the execution with its error and its summary`() async throws {
            _ = try await put("old-fail", "/fail")
            let record = try await EndToEnd.ended(try await EndToEnd.run("old-fail"))
            #expect(record["status"]?.string == "fail" && record["summary"]?.string == "went wrong")
            #expect(record["error"]?.string == #"{"code":7}"#)
        }

        @Test func `the service should respond with a status in the 200 range to be considered started`() async throws {
            _ = try await put("old-204", "/status/204", ["heartbeat_interval_seconds": .integer(1)])
            _ = try await put("old-302", "/status/302")
            let (started, refused) = (try await EndToEnd.run("old-204"), try await EndToEnd.run("old-302"))
            #expect(try await EndToEnd.ended(refused)["reason"]?.string == "invocation")
            // It was started, and then makes none of the heartbeat calls: that is a failure, too.
            let silent = try await EndToEnd.ended(started)
            #expect(silent["reason"]?.string == "heartbeat" && silent["service_invoked_at_ms"]?.integer != nil)
        }

        @Test func `failing to perform heartbeat calls marks the execution as a failure`() async throws {
            _ = try await put("old-heartbeat", "/silent", ["heartbeat_interval_seconds": .integer(1)])
            let record = try await EndToEnd.ended(try await EndToEnd.run("old-heartbeat"))
            #expect(record["status"]?.string == "fail" && record["reason"]?.string == "heartbeat")
        }

        @Test func `a progress indicator is optional, and is from 0 to 100`() async throws {
            let belfry = try await EndToEnd.installation()
            _ = try await put("old-progress", "/silent")
            let id = try await EndToEnd.run("old-progress")
            let webhook = try #require(try await EndToEnd.service().webhooks(of: "old-progress").first)
            let url = try #require(webhook.body["callback_url"]?.string)
            for progress in [nil, 0, 100] as [Int64?] {
                let more = progress.map { #", "progress": \#($0)"# } ?? ""
                let body = #"{"status": "processing"\#(more)}"#
                #expect(try await belfry.http("POST", url, body: body, headers: [:]).status == 202)
                _ = try await until("the heartbeat with progress \(more) is on record") {
                    let shown = try await belfry.api("GET", "/executions/\(id)").body
                    return shown["status"]?.string == "processing" && shown["progress"]?.integer == progress
                        ? true : nil
                }
            }
            let success = #"{"status": "success"}"#
            #expect(try await belfry.http("POST", url, body: success, headers: [:]).status == 202)
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
        }

        @Test func `a static payload is sent with every execution`() async throws {
            let payload = "{\"foo\" : \"b\u{e4}r\"}\n"
            _ = try await put("old-payload", "/succeed", ["payload": .string(payload)])
            for _ in 0..<2 { _ = try await EndToEnd.ended(try await EndToEnd.run("old-payload")) }
            let webhooks = try await EndToEnd.service().webhooks(of: "old-payload", count: 2)
            let sent = webhooks.map { Array(($0.body["payload"]?.string ?? "").utf8) }
            #expect(sent == [Array(payload.utf8), Array(payload.utf8)])
        }

        @Test func `administration endpoints require authentication, the callback endpoint only its token`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            _ = try await put("old-keyless", "/silent")
            let base = try #require(belfry.settings["BELFRY_API_URL"])
            let job = "/services/test/jobs/old-keyless"
            let requests = [
                ("GET", "/jobs"), ("POST", "/jobs"), ("GET", "/executions"), ("POST", "/executions"), ("GET", job),
                ("PUT", job), ("DELETE", job), ("POST", "\(job)/run"),
            ]
            for (method, path) in requests {
                let body = method == "GET" || method == "DELETE" ? nil : "{}"
                let answer = try await belfry.http(method, base + path, body: body, headers: [:])
                #expect(answer.status == 401, "\(method) \(path)")
            }
            let id = try await EndToEnd.run("old-keyless")
            let webhook = try #require(try await EndToEnd.service().webhooks(of: "old-keyless").first)
            let url = try #require(webhook.body["callback_url"]?.string)
            let success = #"{"status": "success"}"#
            #expect(try await belfry.http("POST", url, body: success, headers: [:]).status == 202)
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
        }

        @Test func `GET executions shows in-progress executions`() async throws {
            let belfry = try await EndToEnd.installation()
            _ = try await put("old-open", "/silent")
            let id = try await EndToEnd.run("old-open")
            let shown = try await until("the execution is shown as invoked") {
                let path = "/executions?service_name=test&job_name=old-open&status=invoked"
                return try await belfry.api("GET", path).body["results"]?.array?.first
            }
            #expect(shown["execution_id"]?.string == id)
            #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 202)
            _ = try await EndToEnd.ended(id)
        }

        @Test func `an execution without the callback is a failure due to timeout after ttl_seconds`() async throws {
            _ = try await put(
                "old-ttl", "/silent", ["ttl_seconds": .integer(2), "heartbeat_interval_seconds": .integer(5)])
            let record = try await EndToEnd.ended(try await EndToEnd.run("old-ttl"))
            #expect(record["status"]?.string == "fail" && record["reason"]?.string == "ttl")
        }

        @Test func `no new execution history is saved while the job is disabled`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let every: [String: JSONValue] = ["schedule": .string("rate(1 second)")]
            _ = try await put("old-disabled", "/succeed", every.merging(["enabled": .bool(false)]) { $1 })
            // Another job on the schedule shows that there were occurrences.
            _ = try await put("old-enabled", "/succeed", every)
            _ = try await service.webhooks(of: "old-enabled", count: 2)
            _ = try await put("old-enabled", "/succeed", every.merging(["enabled": .bool(false)]) { $1 })
            #expect(try await belfry.executions(of: "old-disabled").isEmpty)
        }

        @Test func `an execution of an exclusive job fails while the previous one is in progress, without a webhook`()
            async throws
        {
            let service = try await EndToEnd.service()
            _ = try await put("old-exclusive", "/succeed?every_ms=1500", ["exclusive": .bool(true)])
            let first = try await EndToEnd.run("old-exclusive")
            _ = try await service.webhooks(of: "old-exclusive")
            let second = try await EndToEnd.ended(try await EndToEnd.run("old-exclusive"))
            #expect(second["status"]?.string == "fail" && second["reason"]?.string == "locked")
            #expect(try await EndToEnd.ended(first)["status"]?.string == "success")
            #expect(service.webhooks.filter { $0.job == "old-exclusive" }.map(\.executionID) == [first])
        }

        @Test func `webhooks for exclusive jobs contain the output from the last successful run`() async throws {
            var ids: [String] = []
            for path in ["/succeed", "/fail", "/succeed"] {
                _ = try await put("old-output", path, ["exclusive": .bool(true)])
                let id = try await EndToEnd.run("old-output")
                _ = try await EndToEnd.ended(id)
                ids.append(id)
            }
            let first = ids[0]
            let webhooks = try await EndToEnd.service().webhooks(of: "old-output", count: 3)
            #expect(webhooks.map(\.executionID) == ids)
            let last = webhooks[2].body["last_successful_execution"]
            for field in ["name", "scheduled_time_ms", "scheduled_time", "service_invoked_at_ms", "summary"] {
                #expect(last?[field] != nil && last?[field] != .null, "\(field)")
            }
            #expect(last?["state"]?.string == "state of \(first)" && last?["status"]?.string == "success")
        }

        @Test func `executions of a job that is not exclusive can be in progress at once`() async throws {
            let service = try await EndToEnd.service()
            _ = try await put("old-shared", "/silent")
            let ids = [try await EndToEnd.run("old-shared"), try await EndToEnd.run("old-shared")]
            #expect(Set(try await service.webhooks(of: "old-shared", count: 2).map(\.executionID)) == Set(ids))
            let belfry = try await EndToEnd.installation()
            for id in ids {
                #expect(try await belfry.api("POST", "/executions/\(id)/cancel").status == 202)
                _ = try await EndToEnd.ended(id)
            }
        }
    }
}
