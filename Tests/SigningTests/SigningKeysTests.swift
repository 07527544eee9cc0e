import Foundation
import Signing
import Testing

@Suite struct `Signing keys` {
    private static let good = Sample.base64("good-key")

    private static func short(_ count: Int) -> String { Data(repeating: 0xA7, count: count).base64EncodedString() }

    @Test(arguments: [
        "main:\(good)", "a:\(good),b:\(Sample.base64("b"))", "K-1:\(short(24))", "k:\(short(64))",
        "\(String(repeating: "k", count: 32)):\(good)",
    ])
    func `signing keys are read from kid and base64`(text: String) {
        #expect(throws: Never.self) { try SigningKeys(parsing: text) }
    }

    @Test(arguments: [
        "", ",", "main", "main:", ":\(good)", good, "\(good):main", "main:\(good),", ",main:\(good)", "main:\(good)!",
        "ma.in:\(good)", "ma in:\(good)", "mäin:\(good)", "main:\(short(23))", "main:\(short(65))",
        "main:\(good),main:\(Sample.base64("x"))", "\(String(repeating: "k", count: 33)):\(good)",
        // Common mistakes: kid and key swapped, the kid left out, two keys joined.
        "\(short(24)):main", "\(short(24)):abcd", "\(good),\(good)", "main:\(good):\(good)", "main=\(good)",
    ])
    func `wrong signing keys are refused with an error that contains no key`(text: String) throws {
        let error = try #require(throws: SigningKeysError.self) { try SigningKeys(parsing: text) }
        let secrets = text.split { ",:= ".contains($0) }.filter { $0.count >= 20 && !$0.hasPrefix("kkkk") }
        for secret in secrets { #expect(!error.description.contains(secret.prefix(16))) }
        #expect(!error.description.isEmpty)
    }

    @Test func `keys that do not look random are named`() throws {
        let random = Data((0..<32).map { UInt8(truncatingIfNeeded: $0 * 37) }).base64EncodedString()
        let words = Data("correct horse battery staple".utf8).base64EncodedString()
        let keys = try SigningKeys(parsing: "a:\(random),b:\(words),c:\(Self.short(32))")
        #expect(keys.guessableIDs == ["b", "c"])
    }
}
