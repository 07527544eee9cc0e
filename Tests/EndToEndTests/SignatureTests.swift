import Foundation
import JSON
import Signing
import TestServers
import Testing

extension EndToEnd {
    /// Signatures as a service verifies them, with a library that is not ours.
    @Suite struct SignatureTests {
        private static func secret(_ arguments: String...) async throws -> String {
            let finished = try await EndToEnd.installation().belfry(["secrets"] + arguments)
            #expect(finished.status == 0, "\(finished)")
            return finished.output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// The webhook of a new run of the job that this suite has.
        private static func webhook() async throws -> LedgerService.Webhook {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let count = service.webhooks.count { $0.job == "verified" }
            let answer = try await belfry.api("POST", "/services/signed/jobs/verified/run")
            #expect(answer.status == 202, "\(answer)")
            return try #require(try await service.webhooks(of: "verified", count: count + 1).last)
        }

        @Test func `webhooks are verified with each secret that is valid, and with no other and no other body`()
            async throws
        {
            let belfry = try await EndToEnd.installation()
            let service = try await EndToEnd.service()
            let put = try await belfry.api(
                "PUT", "/services/signed/jobs/verified",
                .object([
                    "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false),
                    "invocation_type": .string("http"), "invocation_target": .string("\(service.url)/succeed"),
                    "schedule": EndToEnd.never, "ttl_seconds": .integer(60), "payload": .string("grüß dich"),
                ]))
            #expect(put.status == 201, "\(put)")
            func verifies(_ webhook: LedgerService.Webhook, _ secret: String, changed: Bool = false) async throws
                -> Bool
            {
                var body = webhook.bytes
                if changed { body[body.count / 2] ^= 1 }
                return try await StandardWebhooksLibrary.verifies(body, headers: webhook.headers, secret: secret)
            }

            let derived = try await Self.secret("show", "signed")
            let before = try await Self.webhook()
            #expect(try await verifies(before, derived))

            let own = try await Self.secret("rotate", "signed", "--overlap", "1h")
            #expect(try await Self.secret("show", "signed") == own)
            let during = try await Self.webhook()
            #expect(during.headers["webhook-signature"]?.split(separator: " ").count == 2)
            for secret in [own, derived] {
                #expect(try await verifies(during, secret))
                #expect(try await !verifies(during, secret, changed: true))
            }
            #expect(try await !verifies(during, WebhookSecret.random().text))
            #expect(try await !verifies(before, own))

            let last = try await Self.secret("rotate", "signed", "--overlap", "0")
            let after = try await Self.webhook()
            #expect(try await verifies(after, last))
            for secret in [own, derived] { #expect(try await !verifies(after, secret)) }
        }
    }
}
