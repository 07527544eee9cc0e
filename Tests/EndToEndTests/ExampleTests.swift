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

            // Work on this would not reach its callback URL.
            let body = Self.unreachable(id)
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
            for old in [now - 310, now + 310] {
                let signature = try Self.signature(belfry, id: id, at: old, body)
                #expect(try await status(at: old, signature: signature) == 401)
            }
            try await Self.sendHostileWebhooks(to: url, of: belfry)
            _ = try await Self.expectSuccess(of: name)
            #expect(!example.log.contains("can't be reached"), "\(example.log)")
            try await Self.expectSuccess(of: name, despiteAnOutageSeenBy: example)
        }

        /// Sends what a service must refuse, with signatures where they make it go further.
        private static func sendHostileWebhooks(to url: String, of belfry: Installation) async throws {
            let now = Int64(Date().timeIntervalSince1970)
            func headers(_ body: String, id: String) throws -> [String: String] {
                [
                    "webhook-id": id, "webhook-timestamp": "\(now)",
                    "webhook-signature": try signature(belfry, id: id, at: now, body),
                ]
            }
            for (index, body) in ["no JSON", "null", "[]", "7", "{}", #"{"callback_url": null}"#].enumerated() {
                let headers = try headers(body, id: "hostile-\(index)")
                #expect(try await belfry.http("POST", url, body: body, headers: headers).status == 400, "\(body)")
            }
            for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
                for value in [nil, "", "soon", "1e400", "nan", "-1", String(repeating: "9", count: 5_000), "é"] {
                    var headers = try headers(unreachable("x"), id: "x")
                    headers[name] = value
                    let answer = try await belfry.http("POST", url, body: unreachable("x"), headers: headers)
                    #expect(answer.status == 401, "\(name): \(value ?? "nil")")
                }
            }
            let huge = String(repeating: "x", count: 3 << 20)
            let answer = try await belfry.http("POST", url, body: huge, headers: try headers(huge, id: "huge"))
            // The service may close the connection before all of it has arrived. Then there is no answer.
            #expect([0, 413].contains(answer.status))
        }

        /// The body of a webhook whose callback URL nobody listens at, and whose ttl is a second.
        static func unreachable(_ id: String) -> String {
            #"{"callback_url":"http://127.0.0.1:1/callback/t","execution_id":"\#(id)","job_name":"x","ttl_seconds":1}"#
        }

        /// Runs a job while no callback can be made, and expects that it succeeds once they can.
        static func expectSuccess(of job: String, despiteAnOutageSeenBy example: ExampleService) async throws {
            let belfry = try await EndToEnd.installation()
            belfry.killProgram("ingesterd.1")
            let id = try await EndToEnd.run(job)
            _ = try await until("\(job) can't reach Belfry", withinSeconds: 60) {
                example.log.contains("can't be reached") ? true : nil
            }
            try await belfry.startProgram("ingesterd.1")
            let record = try await EndToEnd.ended(id, withinSeconds: 90)
            #expect(record["status"]?.string == "success", "\(record)")
        }

        /// Runs a job of the service `test`, and expects that it succeeds with progress on record.
        static func expectSuccess(of job: String) async throws -> String {
            let id = try await EndToEnd.run(job)
            let record = try await EndToEnd.ended(id)
            #expect(record["status"]?.string == "success" && record["progress"]?.integer == 80, "\(record)")
            #expect(record["summary"]?.string == "\(job) did four steps")
            return id
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
