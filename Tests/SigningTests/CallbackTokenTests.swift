import JobCore
import Signing
import Testing

@Suite struct `Callback tokens` {
    private static let expiry = Instant(secondsSinceEpoch: 2_000)
    private static let token = CallbackToken(
        executionID: ExecutionID(namespace: ExecutionID.random().uuid, name: "run"), expiresAt: expiry)

    private static func verify(_ text: String, _ keys: SigningKeys) throws -> CallbackToken {
        try CallbackToken(verifying: text, keys: keys)
    }

    @Test func `a callback token carries its execution and its expiry`() throws {
        let keys = try Sample.keys(["main"])
        #expect(try Self.verify(Self.token.signed(with: keys), keys) == Self.token)
    }

    @Test func `a callback token needs no escaping in a URL path`() throws {
        let text = Self.token.signed(with: try Sample.keys(["main"]))
        #expect(text.wholeMatch(of: #/v1\.main\.[A-Za-z0-9_-]{32}\.[A-Za-z0-9_-]{43}/#) != nil)
    }

    @Test func `a callback token has the shape that is masked in logs and on record`() throws {
        for keyID in ["k", "main", String(repeating: "K", count: 32)] {
            let text = Self.token.signed(with: try Sample.keys([keyID]))
            #expect(TokenMask.masked("/callback/\(text)") == "/callback/***")
        }
    }

    @Test func `a callback token is accepted after a new key signs, as long as the old key is kept`() throws {
        let text = Self.token.signed(with: try Sample.keys(["old"]))
        #expect(try Self.verify(text, Sample.keys(["new", "old"])) == Self.token)
        #expect(throws: CallbackToken.Refusal.forged) { try Self.verify(text, Sample.keys(["new"])) }
    }

    @Test func `a callback token is refused if the key with its kid is another key`() throws {
        let text = Self.token.signed(with: try Sample.keys(["main"]))
        let other = try SigningKeys(parsing: "main:\(Sample.base64("other"))")
        #expect(throws: CallbackToken.Refusal.forged) { try Self.verify(text, other) }
    }

    @Test func `a callback token is refused if any single character is changed`() throws {
        let keys = try Sample.keys(["main", "Main"])
        let text = Array(Self.token.signed(with: keys))
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. %\u{0}é")
        for place in text.indices {
            for character in alphabet where character != text[place] {
                var forged = text
                forged[place] = character
                #expect(throws: CallbackToken.Refusal.self, "\(place): \(character)") {
                    try Self.verify(String(forged), keys)
                }
            }
        }
    }

    @Test func `a callback token is refused if characters are missing or added`() throws {
        let keys = try Sample.keys(["main"])
        let text = Self.token.signed(with: keys)
        for count in 0..<text.count {
            #expect(throws: CallbackToken.Refusal.self) { try Self.verify(String(text.prefix(count)), keys) }
        }
        for extra in ["=", "A", ".", ".A", " ", "\n"] {
            #expect(throws: CallbackToken.Refusal.self) { try Self.verify(text + extra, keys) }
            #expect(throws: CallbackToken.Refusal.self) { try Self.verify(extra + text, keys) }
        }
    }

    @Test func `the mac of one execution's callback token is refused for another execution`() throws {
        let keys = try Sample.keys(["main"])
        let other = CallbackToken(executionID: .random(), expiresAt: Self.expiry).signed(with: keys)
        let mine = Self.token.signed(with: keys).split(separator: ".")
        let mixed = other.split(separator: ".").prefix(3) + mine.suffix(1)
        #expect(throws: CallbackToken.Refusal.forged) { try Self.verify(mixed.joined(separator: "."), keys) }
    }

    @Test(arguments: [
        "", ".", "...", "v1", "v1...", "v1.main", "v1.main..", "v2.main.AAAA.AAAA", "v1.main.AAAA.AAAA",
        "v1.main.!!!!.????", "v1.\(String(repeating: "k", count: 300)).A.A", String(repeating: ".", count: 4_000),
        "v1.main.\(String(repeating: "A", count: 32)).\(String(repeating: "A", count: 43)).x", "\u{0}\u{0}\u{0}",
        "🦀.🦀.🦀.🦀",
    ])
    func `a text without the format of a callback token is malformed`(text: String) throws {
        #expect(throws: CallbackToken.Refusal.malformed) { try Self.verify(text, Sample.keys(["main"])) }
    }

    @Test func `a signed callback token with an expiry out of range is malformed`() throws {
        let keys = try Sample.keys(["main"])
        let text = CallbackToken(
            executionID: .random(), expiresAt: Instant(millisecondsSinceEpoch: -1_000)
        ).signed(with: keys)
        #expect(throws: CallbackToken.Refusal.malformed) { try Self.verify(text, keys) }
    }
}
