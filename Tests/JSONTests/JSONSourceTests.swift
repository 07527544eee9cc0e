import JSON
import Testing

@Suite struct `The JSON text of a value` {
    private struct Envelope: Codable, Equatable {
        var kind: String
        var body: JSONSource
        var next: [JSONSource]?
    }

    @Test(arguments: [
        "1.50", "1e300", "-0", #""a\u0062\/""#, "true", "null", "[]", "{}", #"{"b":1,"a":[1.0,{"c":"\n"}],"é":""}"#,
    ])
    func `is written as it was read`(source: String) throws {
        let text = #"{"kind":"k","body":\#(source),"next":[\#(source),\#(source)]}"#
        let envelope = try JSONDecoding.decode(Envelope.self, from: Array(text.utf8))
        #expect(envelope.body.bytes == Array(source.utf8))
        #expect(String(decoding: try JSONWriter.bytes(of: envelope), as: UTF8.self) == text)
    }

    @Test func `has no spaces between its tokens`() throws {
        let text = #"{"kind": "k", "body": { "a b" : [ 1 , 2 ] } }"#
        let envelope = try JSONDecoding.decode(Envelope.self, from: Array(text.utf8))
        #expect(envelope.body == JSONSource(Array(#"{"a b":[1,2]}"#.utf8)))
    }
}
