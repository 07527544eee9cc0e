import Foundation
import JSON
import Signing
import TestServers
import Testing

extension EndToEnd {
    /// The services in `examples/`, each as its own program.
    @Suite struct ExampleTests {
        @Test(
            arguments: try await ExampleService.runnable([
                "webhook-python", "webhook-node", "webhook-swift", "webhook-go",
            ]))
        func `a service that takes webhooks runs a job, drops a repeat, and refuses what is not from Belfry`(
            name: String
        ) async throws {
            let belfry = try await EndToEnd.installation()
            let port = try Project.freePort()
            let example = try await ExampleService.start(name, for: belfry, environment: ["LISTEN_PORT": "\(port)"])
            defer { example.stop() }
            let url = "http://127.0.0.1:\(port)/"
            _ = try await until("\(name) listens") {
                let answer = try await belfry.http("POST", url, body: "{}", headers: [:])
                return answer.status == 401 ? true : nil
            }
            try await belfry.put(name, ["invocation_target": .string(url), "schedule": EndToEnd.never])
            let id = try await Self.expectSuccess(of: name)

            // Work on this would be on record as progress of the open run.
            let open = try await Self.openRun(of: "\(name)-open", in: belfry)
            let body = open.text.replacing(open.executionID, with: id)
            let now = Int64(Date().timeIntervalSince1970)
            let genuine = try Self.signature(belfry, id: id, at: now, body)
            func status(at time: Int64 = now, signature: String, body: String = body) async throws -> Int {
                try await belfry.http(
                    "POST", url, body: body,
                    headers: [
                        "webhook-id": id, "webhook-timestamp": "\(time)", "webhook-signature": signature,
                    ]
                ).status
            }
            // A repeat of the run's own webhook, signed with two keys.
            #expect(try await status(signature: "v1,AAAA \(genuine)") == 200)
            #expect(example.log.contains("\(id): ignored a repeat"))
            #expect(try await status(signature: "v1,\(Data(count: 32).base64EncodedString())") == 401)
            #expect(try await status(signature: "") == 401)
            #expect(try await status(signature: genuine, body: body + " ") == 401)
            #expect(try await status(at: now - 1, signature: genuine) == 401)
            for old in [now - 3_600, now + 3_600] {
                let signature = try Self.signature(belfry, id: id, at: old, body)
                #expect(try await status(at: old, signature: signature) == 401)
            }
            let test = Self.test(body)
            let headers = try Self.headers(belfry, id: "test", at: now, test)
            #expect(try await belfry.http("POST", url, body: test, headers: headers).status == 200)
            try await Self.sendHostileWebhooks(to: url, of: belfry, body)
            _ = try await Self.expectSuccess(of: name)
            try await Self.expectUntouched(open, in: belfry)
            try await Self.expectSuccess(of: name, despiteAnOutageSeenBy: example)
        }

        /// Sends what a service must refuse, with signatures where they make it go further.
        private static func sendHostileWebhooks(
            to url: String, of belfry: Installation, _ good: String
        ) async throws {
            let now = Int64(Date().timeIntervalSince1970)
            for (index, body) in ["no JSON", "null", "[]", "7", "{}", #"{"callback_url": null}"#].enumerated() {
                let headers = try headers(belfry, id: "hostile-\(index)", at: now, body)
                #expect(try await belfry.http("POST", url, body: body, headers: headers).status == 400, "\(body)")
            }
            for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
                for value in [nil, "", "soon", "1e400", "nan", "-1", String(repeating: "9", count: 5_000), "é"] {
                    var headers = try headers(belfry, id: "x", at: now, good)
                    headers[name] = value
                    let answer = try await belfry.http("POST", url, body: good, headers: headers)
                    #expect(answer.status == 401, "\(name): \(value ?? "nil")")
                }
            }
            let huge = String(repeating: "x", count: 3 << 20)
            let answer = try await belfry.http(
                "POST", url, body: huge, headers: try headers(belfry, id: "huge", at: now, huge))
            // The service may close the connection before all of it has arrived. Then there is no answer.
            #expect([0, 413].contains(answer.status))
        }

        /// The body of a webhook whose callback URL nobody listens at, and whose ttl is a second.
        static func unreachable(_ id: String) -> String {
            #"{"callback_url":"http://127.0.0.1:1/callback/t","execution_id":"\#(id)","job_name":"x","ttl_seconds":1}"#
        }

        /// Runs a job while no callback can be made, and expects that it succeeds once they can.
        static func expectSuccess(of job: String, despiteAnOutageSeenBy example: ExampleService) async throws {
            let id = try await example.duringAnOutage(of: try await EndToEnd.installation()) {
                try await EndToEnd.run(job)
            }
            let record = try await EndToEnd.ended(id, withinSeconds: 90)
            #expect(record["status"]?.string == "success", "\(record)")
        }

        /// Runs a job of the service `test`, and expects that it succeeds with progress on record.
        static func expectSuccess(of job: String, withinSeconds seconds: Int = 120) async throws -> String {
            let id = try await EndToEnd.run(job)
            let record = try await EndToEnd.ended(id, withinSeconds: seconds)
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 80, "\(record)")
            #expect(record["summary"]?.string == "\(job) did four steps")
            return id
        }

        /// Begins a run whose service never calls back, and returns its webhook.
        static func openRun(of job: String, in belfry: Installation) async throws -> LedgerService.Webhook {
            let service = try await EndToEnd.service()
            try await belfry.put(
                job,
                [
                    "invocation_target": .string("\(service.url)/silent"), "schedule": EndToEnd.never,
                    "ttl_seconds": .integer(600), "heartbeat_interval_seconds": .integer(300),
                ])
            let id = try await EndToEnd.run(job)
            _ = try await until("the run of \(job) is recorded as begun") {
                try await belfry.api("GET", "/executions/\(id)").body["status"]?.string == "invoked" ? true : nil
            }
            return try #require(try await service.webhooks(of: job).first)
        }

        /// Nobody has worked on an open run.
        static func expectUntouched(_ open: LedgerService.Webhook, in belfry: Installation) async throws {
            let record = try await belfry.api("GET", "/executions/\(open.executionID)").body
            #expect(record["status"]?.string == "invoked" && record["progress"] == .null, "\(record)")
        }

        /// The body of a test delivery.
        static func test(_ body: String) -> String { "\(body.dropLast()),\"test\":true}" }

        /// The headers that Belfry would send.
        static func headers(
            _ belfry: Installation, id: String, at timeSeconds: Int64, _ body: String
        ) throws -> [String: String] {
            [
                "webhook-id": id, "webhook-timestamp": "\(timeSeconds)",
                "webhook-signature": try signature(belfry, id: id, at: timeSeconds, body),
            ]
        }

        /// The signature that Belfry would make.
        static func signature(
            _ belfry: Installation, id: String, at timeSeconds: Int64, _ body: String
        ) throws -> String {
            let keys = try SigningKeys(parsing: belfry.settings["BELFRY_SIGNING_KEYS", default: ""])
            return WebhookSignature(secrets: WebhookSecret.derived(service: "test", keys: keys))
                .header(id: id, timestampSeconds: timeSeconds, body: Array(body.utf8))
        }
    }
}

extension LedgerService.Webhook {
    /// The body as it arrived.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
