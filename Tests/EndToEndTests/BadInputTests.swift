import Foundation
import JSON
import JobCore
import Messaging
import RabbitMQ
import Signing
import TestServers
import Testing

extension EndToEnd {
    /// Wrong input is refused with a clear answer, and harms nothing else.
    @Suite struct BadInputTests {
        @Test func `the API refuses a wrong job with all mistakes at once, each with its field and a hint`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let answer = try await belfry.api(
                "PUT", "/services/test/jobs/bad",
                .object([
                    "async": .bool(true), "enabled": .string("yes"), "exclusive": .bool(false),
                    "invocation_type": .string("http"), "invocation_target": .string("ftp://x"),
                    "schedule": .string("cron(*/5 * * * *)"), "ttl_seconds": .integer(0), "colour": .string("red"),
                ]))
            #expect(answer.status == 422)
            let errors = answer.body["errors"]?.array ?? []
            let fields = Set(errors.compactMap { $0["field"]?.string })
            #expect(fields == ["/enabled", "/invocation_target", "/schedule", "/ttl_seconds", "/colour"])
            #expect(errors.allSatisfy { $0["message"]?.string != nil && $0["hint"]?.string != nil })
            #expect(errors.allSatisfy { $0["code"]?.string != nil } && answer.body["code"] == .string("invalid"))
        }

        @Test func `the API refuses requests that are not JSON, have no key or are too large`() async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_API_URL"]) + "/services/test/jobs/bad"
            let key = ["Authorization": "Bearer \(belfry.settings["BELFRY_API_KEY"] ?? "")"]
            #expect(try await belfry.http("PUT", url, body: "{", headers: key).status == 400)
            let text = key.merging(["Content-Type": "text/plain"]) { $1 }
            #expect(try await belfry.http("PUT", url, body: "{}", headers: text).status == 415)
            let large = String(repeating: "x", count: 3_000_000)
            #expect(try await belfry.http("PUT", url, body: large, headers: key).status == 413)
            #expect(try await belfry.http("GET", url, body: nil, headers: [:]).status == 401)
            #expect(
                try await belfry.http("GET", url, body: nil, headers: ["Authorization": "Bearer wrong"]).status == 401)
            #expect(try await belfry.http("GET", url, body: nil, headers: key).status == 404)
        }

        @Test func `the callback endpoint answers a forged token, a wrong body and a late callback differently`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "endpoint", ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run("endpoint")
            let webhook = try #require(try await service.webhooks(of: "endpoint").first)
            let url = try #require(webhook.body["callback_url"]?.string)
            func call(_ body: String, url: String, _ headers: [String: String] = [:]) async throws -> Int {
                try await belfry.http("POST", url, body: body, headers: headers).status
            }
            let forged = String(url.dropLast()) + (url.hasSuffix("A") ? "B" : "A")
            #expect(try await call(#"{"status":"success"}"#, url: forged) == 401)
            #expect(try await call(#"{"status":"processing","progress":101}"#, url: url) == 422)
            let wrong = try await belfry.http(
                "POST", url, body: #"{"status":"processing","progress":101}"#, headers: [:])
            let fault = try JSONValue.parse(Array(wrong.text.utf8))["errors"]?.array?.first
            #expect(fault?["field"]?.string == "/progress" && fault?["hint"]?.string?.contains("0 to 100") == true)
            #expect(try await call("{", url: url) == 400)
            #expect(try await call(#"{"status":"success"}"#, url: url, ["Content-Type": "text/plain"]) == 415)
            #expect(try await call(String(repeating: "x", count: 300_000), url: url) == 413)
            #expect(try await call(#"{"status":"processing","progress":40}"#, url: url) == 202)
            #expect(try await call(#"{"status":"success","summary":null}"#, url: url) == 202)
            #expect(try await EndToEnd.ended(id)["status"]?.string == "success")
            #expect(try await call(#"{"status":"fail"}"#, url: url) == 410)
        }

        @Test
        func `an unreadable message becomes a dead letter with the reason, and the messages behind it are handled`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "behind", ["invocation_target": .string("\(service.url)/succeed"), "schedule": EndToEnd.never])
            let before = try await EndToEnd.queueDepths()
            try await EndToEnd.withOperator(belfry) { broker in
                let keys = [
                    RoutingKey.scheduleDue, RoutingKey.runRequested, RoutingKey.deliveryRequested,
                    RoutingKey.report(.deliveryAccepted, ReportLine.allCases[0]),
                ]
                try await broker.publish(
                    keys.map {
                        OutboundMessage(routingKey: $0, headers: ["belfry-note": "kept"], body: Array("{".utf8))
                    })
            }
            _ = try await EndToEnd.ended(try await EndToEnd.run("behind"))
            for queue in [WorkQueue.dispatcherDue, .dispatcherRuns, .courierDeliveries, .ingesterReports0] {
                let name = "belfry.\(queue.rawValue).dead"
                let earlier = before[name] ?? 0
                let count = try await until("a dead letter of \(queue.rawValue)") {
                    try await EndToEnd.queueDepths()[name].flatMap { $0 > earlier ? $0 : nil }
                }
                #expect(count == earlier + 1)
            }
            for program in ["dispatcherd.1", "courierd.1", "ingesterd.1"] {
                let line = try belfry.log(program).split(separator: "\n").last { $0.contains("dead letter") }
                #expect(line?.contains("reason=unreadable") == true && line?.contains("error=") == true, "\(program)")
            }
        }

        @Test func `a callback that a service publishes counts like one at the callback endpoint`() async throws {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            try await belfry.put(
                "queued", ["invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never])
            let id = try await EndToEnd.run("queued")
            let webhook = try #require(try await service.webhooks(of: "queued").first)
            let token = try #require(webhook.body["callback_url"]?.string?.split(separator: "/").last.map(String.init))
            try await EndToEnd.withOperator(belfry) { broker in
                try await broker.publish([
                    OutboundMessage(
                        exchange: .callbacks, routingKey: "ours", headers: [Header.token: token],
                        body: Array(#"{"status":"success","summary":"by queue"}"#.utf8))
                ])
            }
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success" && record["summary"]?.string == "by queue")
        }

        @Test func `the API refuses unknown query parameters and names them`() async throws {
            let belfry = try await EndToEnd.installation()
            for path in ["/executions?colour=x", "/jobs?colour=x", "/executions?limit=0", "/jobs?more=%21"] {
                let answer = try await belfry.api("GET", path)
                let field = String(path.split(separator: "?")[1].prefix { $0 != "=" })
                #expect(answer.status == 422 && answer.body["errors"]?.array?.first?["field"]?.string == "/\(field)")
            }
        }

        @Test func `an API key allows what its scope says, and nothing else`() async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_API_URL"])
            func key(_ scope: String) async throws -> [String: String] {
                let made = try await belfry.belfry(["keys", "create", "test-\(scope.prefix(4))", "--scope", scope])
                let secret = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
                return ["Authorization": "Bearer \(secret)"]
            }
            let reader = try await key("read")
            let owner = try await key("service:other")
            for (method, path, headers, status) in [
                ("GET", "/jobs", reader, 200), ("GET", "/executions", reader, 200),
                ("DELETE", "/services/other/jobs/none", reader, 403),
                ("POST", "/services/other/jobs/none/run", reader, 403),
                ("GET", "/jobs", owner, 403), ("GET", "/services/other/jobs", owner, 200),
                ("GET", "/services/test/jobs", owner, 403), ("DELETE", "/services/other/jobs/none", owner, 404),
                ("DELETE", "/services/test/jobs/none", owner, 403),
            ] {
                let answer = try await belfry.http(method, url + path, body: nil, headers: headers)
                #expect(answer.status == status, "\(method) \(path)")
            }
        }

        @Test func `the command line prints the message and the request id of a refusal`() async throws {
            let belfry = try await EndToEnd.installation()
            let missing = try await belfry.belfry(["jobs", "show", "test/no-such-job"])
            #expect(missing.errors.hasPrefix("belfry: There is no job test/no-such-job.\n  request id: "))
            let id = try #require(missing.errors.firstMatch(of: #/request id: ([0-9a-f]{16})\n/#)?.1)
            #expect(try belfry.log("consoled.1").contains("request_id=\(id)"))
        }

        @Test func `the command line exits with 0 if done, 1 if refused and 2 for wrong usage`() async throws {
            let belfry = try await EndToEnd.installation()
            #expect(try await belfry.belfry(["jobs", "list", "--json"]).status == 0)
            #expect(try await belfry.belfry(["jobs", "show", "test/no-such-job"]).status == 1)
            #expect(try await belfry.belfry(["jobs", "show", "no-slash"]).status == 2)
            #expect(try await belfry.belfry(["jobs", "list", "--no-such-flag"]).status == 2)
            let good = try await belfry.belfry([
                "explain", "cron(0 8 ? * MON-FRI *)", "--from", "2026-01-02T09:00:00Z", "-n", "2", "--json",
            ])
            let value = try JSONValue.parse(Array(good.output.utf8))
            #expect(good.status == 0 && value["valid"] == .bool(true))
            #expect(value["occurrences"] == .array([.string("2026-01-05T08:00:00Z"), .string("2026-01-06T08:00:00Z")]))
            let bad = try await belfry.belfry(["explain", "rate(1 minutes)", "--json"])
            #expect(bad.status == 1)
            #expect(try JSONValue.parse(Array(bad.output.utf8))["valid"] == .bool(false))
        }
    }
}
