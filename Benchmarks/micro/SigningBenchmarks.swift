import Foundation
import JobCore
import Messaging
import Signing

/// Callback tokens and the signatures of webhooks.
enum SigningBenchmarks {
    static func all() throws -> [MicroBenchmark] {
        let secret = Data(repeating: 0x5a, count: 32).base64EncodedString()
        let keys = try SigningKeys(parsing: "main:\(secret)")
        let token = CallbackToken(
            executionID: Samples.accepted.executionID, expiresAt: Samples.instant.adding(seconds: 300))
        let text = token.signed(with: keys)
        let signature = try WebhookSignature(service: "billing", secrets: .derived, keys: keys)
        let webhook = WebhookBody(
            request: Samples.delivery(), callbackURL: "https://belfry.example.com/callback/\(text)",
            now: Samples.answeredAt)
        let body = try MessageCoder.encode(webhook)
        return [
            MicroBenchmark("signing: make a callback token") { MicroBenchmark.keep(token.signed(with: keys)) },
            MicroBenchmark("signing: verify a callback token") {
                MicroBenchmark.keep(try CallbackToken(verifying: text, keys: keys))
            },
            MicroBenchmark("signing: sign a webhook of \(body.count) bytes") {
                MicroBenchmark.keep(
                    signature.header(
                        id: "msg-4711", timestampSeconds: Samples.instant.secondsSinceEpoch, body: body))
            },
            MicroBenchmark("signing: derive a service's secret") {
                MicroBenchmark.keep(try WebhookSignature(service: "billing", secrets: .derived, keys: keys))
            },
        ]
    }
}
