import Testing

@testable import HTTPServer

@Suite struct `The fields of an answer` {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1_900_000_000, "Sun, 17 Mar 2030 17:46:40 GMT"),
    ])
    func `have the date as HTTP has it`(second: Int, text: String) {
        let fields = AnswerFields()
        for _ in 0..<2 { #expect(fields.text(at: second) == text) }
        #expect(fields.text(at: second + 1) != text)
    }
}
