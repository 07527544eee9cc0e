import Foundation
import JSON
import Signing
import TestServers
import Testing

extension EndToEnd {
    /// The services in `examples/`, each as its own program.
    @Suite struct ExampleTests {
        @Test(arguments: ["webhook-python", "webhook-node", "webhook-swift"])
        func `a service that takes webhooks runs a job, and refuses what is not from Belfry`(
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

            let body = #"{"callback_url":"http://127.0.0.1:1/callback/t","execution_id":"\#(id)","job_name":"x"}"#
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
            #expect(try await status(signature: "v1,\(Data(count: 32).base64EncodedString())") == 401)
            #expect(try await status(signature: "") == 401)
            #expect(try await status(signature: genuine, body: body + " ") == 401)
            #expect(try await status(at: now - 1, signature: genuine) == 401)
            for old in [now - 310, now + 310] {
                let signature = try Self.signature(belfry, id: id, at: old, body)
                #expect(try await status(at: old, signature: signature) == 401)
            }
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
