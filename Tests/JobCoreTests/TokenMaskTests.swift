import JobCore
import Testing

@Suite struct `The mask of callback tokens` {
    private static let token =
        "v1.main-2.Abcdefghijklmnopqrstuvwxyz01234_.-0123456789abcdefghijklmnopqrstuvwxyzABCDEF"

    /// Every form of the token as a service may echo it.
    private static let forms: [(String, String)] = [
        ("plain", token),
        ("with its dots percent-encoded", token.replacing(".", with: "%2E")),
        ("with its dots percent-encoded twice", token.replacing(".", with: "%252e")),
        ("percent-encoded", encoded { "%" + hex($0, 2) }),
        ("percent-encoded three times", encoded { "%2525" + hex($0, 2) }),
        ("escaped as in JSON", encoded { "\\u" + hex($0, 4) }),
        ("escaped as in JSON, in a string of JSON", encoded { "\\\\\\\\u" + hex($0, 4) }),
        ("with its dots escaped as in JSON", token.replacing(".", with: "\\u002e")),
        ("with its hyphens escaped as in C", token.replacing("-", with: "\\x2D")),
        ("escaped as in HTML", encoded { "&#\($0);" }),
        ("escaped as in HTML, in hexadecimal", encoded { "&#x" + hex($0, 2) + ";" }),
    ]

    private static func encoded(_ form: (UInt8) -> String) -> String { token.utf8.map(form).joined() }

    private static func hex(_ byte: UInt8, _ digits: Int) -> String {
        let text = String(byte, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    @Test(arguments: forms) func `hides every form of a token`(form: String, text: String) {
        #expect(TokenMask.masked(text) == "***")
        let json = { (url: String) in #"{"url":"http:\/\/h\/callback\/\#(url)"}"# }
        #expect(TokenMask.masked(json(text)) == json("***"))
        #expect(TokenMask.masked("a \(text) b \(text)?x=1") == "a *** b ***?x=1")
    }

    @Test(arguments: forms) func `leaves nothing of a token that is cut off by the end`(form: String, text: String) {
        for end in 0..<text.utf8.count {
            let masked = TokenMask.masked("x " + String(decoding: text.utf8.prefix(end), as: UTF8.self))
            #expect(!masked.contains("Abc") && !masked.contains("0123") && masked.utf8.count < 120, "\(masked)")
        }
    }

    @Test(arguments: [
        "", "v1", "v1.", "v1.main.", "v1.2.3 is out", "GET /v1.main.json HTTP/1.1", "50%", "100% of v1", "\\", "a\\u00",
        "&#", "&#x;", "&#118", "v1..AAAAAAAAAAAAAAAAAAAAAAAA", "v2.main.AAAAAAAAAAAAAAAAAAAAAAAA", "grüße",
        "%25", "%2", "%zz",
        "v1.abcdefghijklmnopqrstuvwxyz0123456.AAAAAAAAAAAAAAAAAA",
    ])
    func `leaves other texts alone`(text: String) {
        #expect(TokenMask.masked(text + " ") == text + " ")
    }

    @Test func `takes time in proportion to the text`() {
        for part in ["\\", "%25", "v1.", "v", "&#", "v1.a."] {
            let text = String(repeating: part, count: 20_000)
            let begun = ContinuousClock.now
            _ = TokenMask.masked(text)
            #expect(ContinuousClock.now - begun < .seconds(20), "\(part)")
        }
    }
}
