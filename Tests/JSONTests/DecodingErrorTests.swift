import JSON
import Testing

/// A user corrects a document by the path of the error alone.
@Suite struct `An error of decoding JSON` {
    private struct Job: Decodable {
        enum CodingKeys: String, CodingKey { case name, retry, targets, labels, state, at, odd = "a/b~c" }
        var name: String
        var retry: Retry?
        var targets: [Target]?
        var labels: [String: UInt8]?
        var state: State?
        var at: Time?
        var odd: Int?
    }
    private struct Retry: Decodable {
        enum CodingKeys: String, CodingKey { case maxAttempts = "max_attempts" }
        var maxAttempts: Int
    }
    private struct Target: Decodable { var url: String, port: UInt16? }
    private enum State: String, Decodable { case on, off }
    private struct Time: Decodable {
        struct Invalid: Error, CustomStringConvertible { var description: String { "“noon” is not a time" } }
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            if text == "noon" { throw Invalid() }
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a time has a colon")
        }
    }

    private func error(_ text: String) -> JSONError? {
        do {
            _ = try JSONDecoding.decode(Job.self, from: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("[]", JSONError.Code.wrongType, "", "line 1, column 1: expected an object, found a list"),
        (
            "{\n \"name\": \"x\",\n \"retry\": {\"max_attempts\": \"3\"}}", .wrongType, "/retry/max_attempts",
            "line 3, column 28, at /retry/max_attempts: expected a whole number, found a string"
        ),
        (
            #"{"name":"x","retry":{}}"#, .missingField, "/retry/max_attempts",
            "line 1, column 21, at /retry/max_attempts: the field is missing"
        ),
        ("{}", .missingField, "/name", "line 1, column 1, at /name: the field is missing"),
        (#"{"name":null}"#, .wrongType, "/name", "line 1, column 9, at /name: expected a string, found null"),
        (
            #"{"name":"x","targets":[{"url":"a"},{"url":"b","port":70000}]}"#, .numberOutOfRange, "/targets/1/port",
            "line 1, column 54, at /targets/1/port: the number 70000 is out of the range of UInt16"
        ),
        (
            #"{"name":"x","targets":[{"url":"a","port":1.5}]}"#, .wrongType, "/targets/0/port",
            "line 1, column 42, at /targets/0/port: expected a whole number, found the number 1.5"
        ),
        (
            #"{"name":"x","labels":{"7":1,"a/b":-1}}"#, .numberOutOfRange, "/labels/a~1b",
            "line 1, column 35, at /labels/a~1b: the number -1 is out of the range of UInt8"
        ),
        (
            #"{"name":"x","a/b~c":[]}"#, .wrongType, "/a~1b~0c",
            "line 1, column 21, at /a~1b~0c: expected a whole number, found a list"
        ),
        (
            #"{"name":"x","at":"midday"}"#, .invalidValue, "/at", "line 1, column 18, at /at: a time has a colon"
        ),
        (
            #"{"name":"x","at":"noon"}"#, .invalidValue, "/at", "line 1, column 18, at /at: “noon” is not a time"
        ),
        (
            #"{"name":"x","targets":{}}"#, .wrongType, "/targets",
            "line 1, column 23, at /targets: expected a list, found an object"
        ),
    ])
    func `names the path, the place and the reason`(
        text: String, code: JSONError.Code, path: String, description: String
    ) {
        let error = error(text)
        #expect(error?.code == code)
        #expect(error?.path == path)
        #expect(error?.description == description)
    }

    @Test func `of an unknown case has the path of the value`() {
        let error = error(#"{"name":"x","state":"maybe"}"#)
        #expect(error?.code == .invalidValue)
        #expect(error?.path == "/state")
        #expect(error?.column == 21)
    }

    @Test func `of the text has no path`() {
        let error = error(#"{"name":"x","retry":{"max_attempts":}}"#)
        #expect(error?.code == .syntax)
        #expect(error?.path.isEmpty == true)
    }

    private struct Pair: Decodable {
        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            _ = (try list.decode(Int.self), try list.decode(Int.self))
        }
    }

    @Test func `names a list that is too short`() {
        let error = #expect(throws: JSONError.self) {
            try JSONDecoding.decode([String: Pair].self, from: Array(#"{"p":[1]}"#.utf8))
        }
        #expect(error?.description == "line 1, column 6, at /p: the list has too few elements: 1")
    }
}
