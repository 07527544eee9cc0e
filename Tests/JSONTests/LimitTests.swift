import JSON
import Testing

/// A hostile body costs no more than its bytes: the limits and the names of objects.
@Suite struct `The limits of the JSON reader` {
    private func error(_ text: String, _ limits: JSONLimits = .standard) -> JSONError? {
        do {
            _ = try JSONValue(parsing: Array(text.utf8), limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func `allow exactly 32 levels`() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        #expect(error(nested(32, "[", "]")) == nil)
        #expect(error(nested(33, "[", "]"))?.code == .tooDeep)
        #expect(error(nested(33, "[", "]"))?.offset == 32)
        #expect(error(nested(32, "{\"a\":", "}")) == nil)
        #expect(error(nested(33, "{\"a\":", "}"))?.code == .tooDeep)
        #expect(error(String(repeating: "[", count: 500_000))?.code == .tooDeep)
        #expect(error("[" + String(repeating: "[1],", count: 100) + "[]]") == nil)
        #expect(error("1", JSONLimits(depthMax: 0)) == nil)
        #expect(error("[]", JSONLimits(depthMax: 0))?.code == .tooDeep)
    }

    @Test func `never allow more than 512 levels`() {
        let text = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
        #expect(error(text, JSONLimits(depthMax: 100_000))?.code == .tooDeep)
        #expect(error(String(text.dropFirst().dropLast()), JSONLimits(depthMax: 100_000)) == nil)
    }

    @Test func `allow exactly the values that they name`() {
        let limits = JSONLimits(valueCountMax: 4)
        #expect(error("{\"a\":[1,2]}", limits) == nil)
        #expect(error("[1,2,3]", limits) == nil)
        #expect(error("[1,2,3,4]", limits)?.code == .tooManyValues)
        #expect(error("[[],[],[],[]]", limits)?.code == .tooManyValues)
        #expect(error("{\"a\":[1,2],\"b\":3}", limits)?.code == .tooManyValues)
        #expect(error("[" + String(repeating: "0,", count: 9_998) + "0]") == nil)
        #expect(error("[" + String(repeating: "0,", count: 9_999) + "0]")?.code == .tooManyValues)
    }

    @Test func `allow exactly the bytes that they name`() {
        #expect(error("[1,2]", JSONLimits(bytesMax: 5)) == nil)
        #expect(error("[1,2]", JSONLimits(bytesMax: 4))?.code == .tooLarge)
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a":1,"b":{},"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"a":2}"#, #"{"":1,"":2}"#,
        #"{"é":1,"\u00e9":2}"#, #"[{"b":{"a":1,"x":[{}],"a":2}}]"#, #"{"/":1,"\/":2}"#, #"{"😀":1,"\ud83d\ude00":2}"#,
    ])
    func `refuse an object with the same name twice`(text: String) {
        #expect(error(text)?.code == .duplicateName)
    }

    @Test(arguments: [
        #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":1,"A":2,"aa":3,"":4}"#, #"{"ab":1,"ba":2}"#,
        #"{"a":"a","b":"a"}"#, #"{"\\u0061":1,"a":2}"#,
    ])
    func `accept names that differ`(text: String) {
        #expect(error(text) == nil)
    }

    @Test(arguments: [2, 3, 17, 31, 32, 33, 34, 200])
    func `find the one duplicate among any number of names`(count: Int) {
        let names = (0..<count).map { "name\($0)" }
        func text(_ names: [String]) -> String { "{" + names.map { "\"\($0)\":[{}]" }.joined(separator: ",") + "}" }
        #expect(error(text(names)) == nil)
        for (first, second) in [(0, count - 1), (count / 2, count - 1), (0, 1)] where first != second {
            var equal = names
            equal[second] = names[first]
            #expect(error(text(equal))?.code == .duplicateName)
            #expect(error(text(equal))?.message.contains("\"\(names[first])\"") == true)
        }
    }

    @Test func `refuse a name whose combining marks a dictionary could not hash in time`() {
        func text(_ marks: Int) -> String { "{\"a" + String(repeating: "\u{323}", count: marks) + "\":1}" }
        #expect(error(text(30)) == nil)
        #expect(error(text(31))?.code == .tooLarge)
        #expect(error("{\"a" + String(repeating: "\\u0f73", count: 31) + "\":1}")?.code == .tooLarge)
        #expect(error("\"a" + String(repeating: "\u{323}", count: 100_000) + "\"") == nil)
    }
}
