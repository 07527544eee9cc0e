import JobCore
import Signing
import Testing

@Suite struct `Webhook signatures` {
    private static let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"].compactMap { WebhookSecret($0) }
    private static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    private static let body = Array(#"{"test": 2432232314}"#.utf8)

    private static func keys(_ text: String) throws -> SigningKeys { try SigningKeys(parsing: text) }

    /// The example of the Standard Webhooks specification, 1.0.0.
    @Test func `a webhook signature equals the example of Standard Webhooks`() {
        let header = WebhookSignature(secrets: Self.secrets).header(
            id: Self.id, timestampSeconds: 1_614_265_330, body: Self.body)
        #expect(header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a webhook signature changes with the id, the time and the body`() {
        let signature = WebhookSignature(secrets: Self.secrets)
        let headers = [
            signature.header(id: Self.id, timestampSeconds: 1_614_265_330, body: Self.body),
            signature.header(id: Self.id + "x", timestampSeconds: 1_614_265_330, body: Self.body),
            signature.header(id: Self.id, timestampSeconds: 1_614_265_331, body: Self.body),
            signature.header(id: Self.id, timestampSeconds: 1_614_265_330, body: Self.body + [0x20]),
            signature.header(id: Self.id, timestampSeconds: 1_614_265_330, body: []),
        ]
        #expect(Set(headers).count == headers.count)
    }

    @Test func `a webhook has one signature for each key, so a service may verify with the old or the new one`() throws
    {
        let old = try Sample.keys(["old"])
        let both = try Sample.keys(["new", "old"])
        func header(_ keys: SigningKeys) throws -> [Substring] {
            try WebhookSignature(service: "s", secrets: .derived, keys: keys).header(
                id: "i", timestampSeconds: 1, body: []
            ).split(
                separator: " ")
        }
        #expect(try header(both).count == 2)
        #expect(try header(old).count == 1)
        #expect(try header(both).last == header(old).first)
    }

    @Test func `a webhook signature verifies with the secret of its own service only`() throws {
        let keys = try Sample.keys(["main"])
        let secret = WebhookSecret.derived(service: "billing", keys: keys)[0]
        let own = WebhookSignature(secrets: [secret]).header(id: "i", timestampSeconds: 5, body: Self.body)
        #expect(
            try own
                == WebhookSignature(service: "billing", secrets: .derived, keys: keys).header(
                    id: "i", timestampSeconds: 5, body: Self.body))
        #expect(
            try own
                != WebhookSignature(service: "mail", secrets: .derived, keys: keys).header(
                    id: "i", timestampSeconds: 5, body: Self.body))
    }

    @Test func `the secret of webhook signatures has 32 bytes and is not the signing key`() throws {
        let secret = try #require(WebhookSecret.derived(service: "billing", keys: try Sample.keys(["main"])).first).text
        #expect(secret.hasPrefix("whsec_") && secret.count == 6 + 44)
        #expect(!secret.contains(Sample.base64("main")))
    }
}
