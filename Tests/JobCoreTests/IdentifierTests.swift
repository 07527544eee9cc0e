import Foundation
import JobCore
import Testing

@Suite struct `Identifiers` {
    private struct Subject {}
    private static let text = "0807ea34-e1e0-41d3-b570-1c889a90aff1"

    @Test(arguments: [text, text.uppercased()])
    func `an identifier is written in lower case, whatever the case of the text it was read from`(text: String) {
        #expect(Identifier<Subject>(text: text)?.description == Self.text)
    }

    @Test(arguments: [
        "", "0807ea34", "0807ea34e1e041d3b5701c889a90aff1", "{0807ea34-e1e0-41d3-b570-1c889a90aff1}",
        "0807ea34-e1e0-41d3-b570-1c889a90aff", "0807ea34-e1e0-41d3-b570-1c889a90aff11",
        "0807ea34-e1e0-41d3-b570-1c889a90affg", " 0807ea34-e1e0-41d3-b570-1c889a90aff",
        "0807ea34-e1e0-41d3-b570_1c889a90aff1",
    ])
    func `an identifier is only read from a UUID of 36 characters`(text: String) {
        #expect(Identifier<Subject>(text: text) == nil)
    }

    @Test func `an identifier has the same digits as Foundation's UUID`() {
        for _ in 0..<100 {
            let id = Identifier<Subject>.random()
            #expect(id.description == id.uuid.uuidString.lowercased())
            #expect(Identifier<Subject>(text: id.description) == id)
        }
    }

    @Test func `an identifier is a string in JSON`() throws {
        let id = try #require(Identifier<Subject>(text: Self.text))
        #expect(try String(decoding: JSONEncoder().encode([id]), as: UTF8.self) == #"["\#(Self.text)"]"#)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Identifier<Subject>].self, from: Data(#"["no"]"#.utf8))
        }
    }
}
