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
            .fail(Outcome(error: #"{"b":[1,"x/y"],"a":null}"#))
        ),
        (#"{"status":"success","summary":"s","error":null}"#, .success(Outcome(summary: "s"))),
        (#"{"status":"fail","error":"e","state":"x"}"#, .fail(Outcome(error: "e"))),
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
        (#"{"status": "success", "state": {}}"#, ["/state"]), (#"{"status": "success", "colour": "red"}"#, ["/colour"]),
        (
            #"{"status": "success", "summary": 1, "state": 2, "correlation_id": 3, "x": 4}"#,
            ["/summary", "/correlation_id", "/state", "/x"]
        ),
        (#"{"status": "fail", "error": 5}"#, ["/error"]), (#"{"status": "fail", "error": ["x"]}"#, ["/error"]),
        (#"{"status": "fail", "error": true}"#, ["/error"]),
    ]

    @Test(arguments: wrong) func `a callback document is refused with every wrong field by name`(
        text: String, pointers: [String]
    ) {
        let error = #expect(throws: InvalidDocument.self) { try Self.parse(text) }
        #expect(error?.errors.map(\.field) == pointers)
        #expect(error?.isUnreadable == false)
    }

    @Test(
        arguments: ["processing", "success", "fail"],
        ["progress", "summary", "state", "error", "correlation_id"])
    func `every field of the predecessor's schema may be there, or be null, in every status`(
        status: String, field: String
    ) throws {
        let value = field == "progress" ? "7" : "\"x\""
        let with = try Self.parse(#"{"status": "\#(status)", "\#(field)": \#(value)}"#)
        let without = try Self.parse(#"{"status": "\#(status)", "\#(field)": null}"#)
        let means: [String: Set<String>] = [
            "processing": ["progress"], "success": ["summary", "state", "correlation_id"],
            "fail": ["summary", "error", "correlation_id"],
        ]
        #expect((with != without) == means[status]?.contains(field))
        #expect(try Self.parse(#"{"status": "\#(status)"}"#) == without)
    }

    @Test(arguments: [
        #"{"order":18446744073709551615}"#, #"{"a":1.10,"b":1E+2,"c":-0.0}"#, #"{"z":1,"a":[{"y":2,"x":3}]}"#,
        "{\"caf\u{e9}\":1,\"cafe\u{301}\":2}", #"{"caf\u00e9":"\u0041\/"}"#, "{}",
    ])
    func `an error that is an object is kept as it was sent: numbers, names, their order and escapes`(
        error: String
    ) throws {
        let spaced = #"{ "status" : "fail" , "error" :"# + "\n" + error + " }"
        #expect(try Self.parse(spaced) == .fail(Outcome(error: error)))
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
