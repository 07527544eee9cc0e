import Foundation
import JSON
import TestServers

/// The library `standardwebhooks` of PyPI, with which a service in Python verifies webhooks.
enum StandardWebhooksLibrary {
    private static let program = """
        import base64, json, sys
        from standardwebhooks import Webhook, WebhookVerificationError
        given = json.loads(sys.argv[1])
        try:
            Webhook(given["secret"]).verify(base64.b64decode(given["body"]), given["headers"])
            print("verified")
        except WebhookVerificationError:
            print("refused")
        """

    /// Whether the library, with these variables, takes a webhook with these bytes for Belfry's. Throws if it can't be
    /// asked.
    static func verifies(
        _ body: [UInt8], headers: [String: String], secret: String, environment: [String: String] = [:]
    ) async throws -> Bool {
        let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
        let given = JSONValue.object([
            "secret": .string(secret), "body": .string(Data(body).base64EncodedString()),
            "headers": .object(headers.mapValues { .string($0) }),
        ])
        let finished = try await Program.run(python, ["-c", program, given.text], environment: environment)
        switch finished.output {
        case "verified\n": return true
        case "refused\n": return false
        default: throw TestFailure("the library failed: \(finished)")
        }
    }
}
