import Foundation
import JobCore
import Testing

@testable import Signing

@Suite struct `A sealed secret` {
    private let keys: SigningKeys
    private let secret = WebhookSecret.random()
    private let sealed: SealedSecret

    init() throws {
        keys = try Sample.keys(["main", "old"])
        sealed = SealedSecret(sealing: secret, service: "billing", keys: keys)
    }

    private static func error(_ open: () throws -> WebhookSecret) -> SealedSecretError? {
        #expect(throws: SealedSecretError.self) { _ = try open() }
    }

    @Test func `is opened with the key that sealed it, the first one, also when that comes second later`() throws {
        #expect(sealed.keyID == "main")
        let text = sealed.text
        #expect(text.hasPrefix("s1.main.") && text.utf8.count == "s1.main.".utf8.count + 80)
        for names in [["main", "old"], ["new", "main"], ["main"]] {
            let opened = try SealedSecret(parsing: text).opened(service: "billing", keys: try Sample.keys(names))
            #expect(opened == secret)
        }
    }

    @Test func `has at most the bytes that a message takes`() throws {
        let keys = try Sample.keys([String(repeating: "k", count: 32)])
        let text = SealedSecret(sealing: .random(), service: "billing", keys: keys).text
        #expect(text.utf8.count <= ServiceSecrets.sealedBytesMax)
        #expect(try SealedSecret(parsing: text).text == text)
    }

    @Test func `differs each time, and shows nothing of the secret`() {
        let again = SealedSecret(sealing: secret, service: "billing", keys: keys).text
        #expect(again != sealed.text)
        #expect(!again.contains(secret.text.dropFirst(6).prefix(16)))
    }

    @Test func `names the signing key that is missing`() throws {
        let error = Self.error { try sealed.opened(service: "billing", keys: try Sample.keys(["old"])) }
        #expect(error == .missingKey("main"))
        #expect(
            "\(try #require(error))"
                == "the service's secret can't be opened: its signing key “main” is not configured")
    }

    @Test func `is of no use for another service`() {
        for service in ["mail", "billing2", "Billing", ""] {
            #expect(Self.error { try sealed.opened(service: service, keys: keys) } == .forged("main"))
        }
    }

    @Test func `is not opened by another key of the same name, nor under the name of another key`() throws {
        let other = try SigningKeys(parsing: "main:" + Sample.base64("other"))
        #expect(Self.error { try sealed.opened(service: "billing", keys: other) } == .forged("main"))
        let renamed = try SealedSecret(parsing: sealed.text.replacing("s1.main.", with: "s1.old."))
        #expect(Self.error { try renamed.opened(service: "billing", keys: keys) } == .forged("old"))
    }

    @Test func `is not opened when any of its bytes was changed`() throws {
        let prefix = "s1.main."
        let box = try #require(Base64URL.decode(sealed.text.dropFirst(prefix.count).utf8))
        #expect(box.count == 60)
        for index in box.indices {
            var changed = box
            changed[index] ^= 1
            let text = prefix + Base64URL.encode(changed)
            let error = Self.error { try SealedSecret(parsing: text).opened(service: "billing", keys: keys) }
            #expect(error == .forged("main"), "byte \(index)")
        }
    }

    @Test(arguments: [
        ("", ""), ("s1", ""), ("s1.main", ""), ("s1.main.", ""), ("s2.main.", "A"), ("S1.main.", "A"), ("s1..", "A"),
        ("s1.a b.", "A"), ("s1.ä.", "A"), ("s1.main.x.", "A"), (" s1.main.", "A"),
        ("s1." + String(repeating: "k", count: 33) + ".", "A"), ("s1.main.", "+"), ("s1.main.", "="),
    ])
    func `is malformed in any other form`(prefix: String, character: String) {
        let text = prefix + String(repeating: character, count: 80)
        #expect(Self.error { try SealedSecret(parsing: text).opened(service: "s", keys: keys) } == .malformed)
    }

    @Test func `is malformed when it is cut off or has more at its end`() {
        for count in 0..<sealed.text.count {
            let text = String(sealed.text.prefix(count))
            #expect(Self.error { try SealedSecret(parsing: text).opened(service: "s", keys: keys) } == .malformed)
        }
        for end in ["A", "AAAA", ".", "\n", String(repeating: "A", count: 1_000_000)] {
            let text = sealed.text + end
            #expect(Self.error { try SealedSecret(parsing: text).opened(service: "s", keys: keys) } == .malformed)
        }
    }

    @Test func `signs with all secrets that are valid, the newest first, and with derived ones during the overlap`()
        throws
    {
        let newer = WebhookSecret.random()
        let texts = [newer, secret].map { SealedSecret(sealing: $0, service: "billing", keys: keys).text }
        func header(_ sealed: [String], _ isDerivedValid: Bool) throws -> String {
            try WebhookSignature(
                service: "billing", secrets: ServiceSecrets(sealed: sealed, isDerivedValid: isDerivedValid), keys: keys
            ).header(id: "i", timestampSeconds: 5, body: [1])
        }
        func expected(_ secrets: [WebhookSecret]) -> String {
            WebhookSignature(secrets: secrets).header(id: "i", timestampSeconds: 5, body: [1])
        }
        let derived = WebhookSecret.derived(service: "billing", keys: keys)
        #expect(derived.count == 2)
        #expect(try header(texts, true) == expected([newer, secret] + derived))
        #expect(try header(texts, false) == expected([newer, secret]))
        #expect(try header([], true) == expected(derived))
        #expect(try header([], false) == expected(derived), "no webhook is unsigned")
    }

    @Test func `signs nothing when one of several secrets can't be opened`() throws {
        let other = SealedSecret(sealing: .random(), service: "billing", keys: try Sample.keys(["gone"])).text
        for texts in [[sealed.text, other], [other, sealed.text]] {
            #expect(throws: SealedSecretError.missingKey("gone")) {
                try WebhookSignature(
                    service: "billing", secrets: ServiceSecrets(sealed: texts, isDerivedValid: true), keys: keys)
            }
        }
    }
}

@Suite struct `A webhook secret` {
    @Test func `has 32 random bytes, and is read as it is written`() throws {
        let secrets = (0..<100).map { _ in WebhookSecret.random() }
        #expect(Set(secrets.map(\.text)).count == 100)
        for secret in secrets {
            #expect(secret.text.count == 6 + 44)
            #expect(WebhookSecret(secret.text) == secret)
        }
    }

    @Test(arguments: ["", "whsec_?", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "WHSEC_AAAA"])
    func `is nil for a text of another form`(text: String) {
        #expect(WebhookSecret(text) == nil)
    }
}
