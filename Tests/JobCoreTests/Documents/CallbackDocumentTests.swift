import JobCore
import Testing

@Suite struct `Callback documents` {
    private static func parse(_ text: String) throws -> Callback { try CallbackDocument.parse(Array(text.utf8)) }

    private static let good: [(String, Callback)] = [
        (#"{"status": "processing"}"#, .processing(progress: nil, extendSeconds: nil)),
        (#"{"status": "processing", "progress": 0}"#, .processing(progress: 0, extendSeconds: nil)),
        (
            #"{"status": "processing", "progress": 100, "extend_seconds": 604800}"#,
            .processing(progress: 100, extendSeconds: 604_800)
        ),
        (
            #"{"status": "processing", "progress": null, "extend_seconds": null}"#,
            .processing(progress: nil, extendSeconds: nil)
        ),
        (#"{"status": "success"}"#, .success(Outcome())),
        (
            #"{"status": "success", "summary": null, "state": null, "correlation_id": null, "progress": null}"#,
            .success(Outcome())
        ),
        (
            #"{"correlation_id": "c", "state": "{\"n\":1}", "status": "success", "summary": "s", "progress": 100}"#,
            .success(Outcome(summary: "s", state: #"{"n":1}"#, correlationID: "c"))
        ),
        (#"{"status": "fail"}"#, .fail(Outcome())),
        (#"{"status": "fail", "error": null}"#, .fail(Outcome())),
        (
            #"{"status": "fail", "error": "text", "summary": "s", "correlation_id": "c"}"#,
            .fail(Outcome(summary: "s", error: "text", correlationID: "c"))
        ),
        (
            #"{"status": "fail", "error": {"b": [1, "x/y"], "a": null}}"#,
            .fail(Outcome(error: #"{"a":null,"b":[1,"x/y"]}"#))
        ),
    ]

    @Test(arguments: good) func `a valid callback document is read with all its fields`(
        text: String, callback: Callback
    ) throws {
        #expect(try Self.parse(text) == callback)
    }

    private static let wrong: [(String, [String])] = [
        ("{}", ["/status"]), (#"{"status": null}"#, ["/status"]), (#"{"status": 1}"#, ["/status"]),
        (#"{"status": "Success"}"#, ["/status"]),
        (#"{"status": "processing", "progress": 101}"#, ["/progress"]),
        (#"{"status": "processing", "progress": -1}"#, ["/progress"]),
        (#"{"status": "processing", "progress": 7.5}"#, ["/progress"]),
        (#"{"status": "processing", "progress": "7"}"#, ["/progress"]),
        (#"{"status": "processing", "extend_seconds": 0}"#, ["/extend_seconds"]),
        (#"{"status": "processing", "extend_seconds": 604801}"#, ["/extend_seconds"]),
        (#"{"status": "processing", "state": "x"}"#, ["/state"]),
        (#"{"status": "success", "error": "x"}"#, ["/error"]), (#"{"status": "success", "state": {}}"#, ["/state"]),
        (
            #"{"status": "success", "summary": 1, "state": 2, "correlation_id": 3, "x": 4}"#,
            ["/summary", "/correlation_id", "/state", "/x"]
        ),
        (#"{"status": "fail", "error": 5}"#, ["/error"]), (#"{"status": "fail", "error": ["x"]}"#, ["/error"]),
        (#"{"status": "fail", "error": true}"#, ["/error"]), (#"{"status": "fail", "state": "x"}"#, ["/state"]),
    ]

    @Test(arguments: wrong) func `a callback document is refused with every wrong field by name`(
        text: String, pointers: [String]
    ) {
        let error = #expect(throws: InvalidDocument.self) { try Self.parse(text) }
        #expect(error?.errors.map(\.field) == pointers)
        #expect(error?.isUnreadable == false)
    }

    @Test(arguments: ["", "[]", "null", "\"success\"", "status=success", #"{"status": "success""#])
    func `a callback document that is no JSON object is unreadable`(text: String) {
        let error = #expect(throws: InvalidDocument.self) { try Self.parse(text) }
        #expect(error?.isUnreadable == true)
    }

    @Test func `a callback document may have up to 256 KiB`() throws {
        let frame = #"{"status": "success", "state": ""}"#
        let longest = String(repeating: "x", count: 262_144 - frame.utf8.count)
        let text = frame.replacing("\"\"", with: "\"\(longest)\"")
        #expect(try Self.parse(text) == .success(Outcome(state: longest)))
        #expect(throws: InvalidDocument.self) { try Self.parse(text + " ") }
    }

    @Test func `the correlation id of a callback document may have up to 1,024 bytes`() throws {
        func text(_ count: Int) -> String {
            #"{"status": "fail", "correlation_id": "\#(String(repeating: "c", count: count))"}"#
        }
        #expect(throws: Never.self) { try Self.parse(text(1_024)) }
        #expect(throws: InvalidDocument.self) { try Self.parse(text(1_025)) }
    }

    @Test(arguments: ["50", "50.0", "5e1", "5.0E1"])
    func `takes a whole number however it is written`(text: String) throws {
        let body = Array(#"{"status": "processing", "progress": \#(text)}"#.utf8)
        #expect(try CallbackDocument.parse(body) == .processing(progress: 50, extendSeconds: nil))
    }

    @Test(arguments: ["50.5", "1e300", "-0.1"])
    func `refuses a progress that is no whole number`(text: String) {
        let body = Array(#"{"status": "processing", "progress": \#(text)}"#.utf8)
        #expect(throws: InvalidDocument.self) { try CallbackDocument.parse(body) }
    }
}
