import Commands
import Foundation
import JSON
import JobCore
import Testing

@Suite struct `A dead letter on a terminal` {
    private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `is shown with all that is known of it`() throws {
        let letter = try value(
            """
            {"id": "i", "queue": "courier.deliveries", "reason": "failing", "error": null, "attempts": 3, "replays": 0,
            "origin": {"exchange": "belfry", "routing_key": null, "queue": "courier.deliveries"},
            "headers": {"b": "2", "a": "v1.main.\(String(repeating: "A", count: 40)).BBBB"},
            "body_bytes": 9, "body": "{\\"b\\":[1],\\"a\\":2}"}
            """)
        #expect(
            LetterSheet.lines(letter) == [
                "id: i", "queue: courier.deliveries", "reason: failing", "attempts: 3", "replays: 0",
                "origin: exchange belfry, routing key unknown, queue courier.deliveries",
                "headers:", "  a: ***", "  b: 2", "body: 9 bytes, JSON", "  {", "    \"a\" : 2,", "    \"b\" : [",
                "      1", "    ]", "  }",
            ])
    }

    @Test(arguments: [
        (#"{"body": "", "body_bytes": 0}"#, ["body: empty"]),
        (#"{"body": "{a\nb", "body_bytes": 4}"#, ["body: 4 bytes, text", "  {a", "  b"]),
        (
            #"{"body": "x", "body_bytes": 5000000, "body_is_cut": true}"#,
            ["body: 5000000 bytes, text, only the beginning is shown", "  x"]
        ),
        (
            #"{"body_base64": "/wBB", "body_bytes": 3}"#,
            ["body: 3 bytes, not UTF-8", "  000000  ff 00 41                                         ..A"]
        ),
        (#"{"body_base64": "?", "body_bytes": 3}"#, ["body: 3 bytes, not in the answer"]),
        (#"{"headers": 5, "body": 7}"#, ["body: ? bytes, not in the answer"]),
        ("[]", ["body: ? bytes, not in the answer"]),
    ])
    func `shows its body as JSON, as text or as bytes`(text: String, lines: [String]) throws {
        #expect(LetterSheet.lines(try value(text)) == ["origin: unknown"] + lines)
    }

    @Test func `shows only the first bytes of a long body that is no text`() throws {
        let base64 = Data(repeating: 0xFE, count: 5_000).base64EncodedString()
        let lines = LetterSheet.lines(try value(#"{"body_base64": "\#(base64)", "body_bytes": 5000}"#))
        #expect(lines.count == 2 + 512 / 16 && lines[1] == "body: 5000 bytes, not UTF-8, the first 512 bytes")
        #expect(lines.last?.hasPrefix("  0001f0  fe fe") == true)
    }

    @Test func `is a row of a table, with its age`() throws {
        let now = try #require(Instant(rfc3339: "2026-01-01T01:00:00Z"))
        let letter = try value(
            """
            {"id": "i", "queue": "q", "reason": "failing", "service_name": "billing", "job_name": "a", "replays": 2,
            "last_dead_at": "2026-01-01T00:00:00Z", "error": "no \\u001b route"}
            """)
        #expect(LetterTable.row(letter, now: now) == ["i", "q", "failing", "billing/a", "60m", "2", "no \u{1B} route"])
        let empty = try value(#"{"id": 99999999999999999999, "last_dead_at": "soon", "error": {"a": 1}}"#)
        #expect(LetterTable.row(empty, now: now) == ["1e+20", "-", "-", "-", "-", "-", #"{"a":1}"#])
    }
}

@Suite struct `The bar of progress` {
    @Test(
        arguments: [
            (0, 0, 10, 0, 80, "[----------------------------------------] 0/10  0/s  0 failed"),
            (5, 0, 10, 1_000, 80, "[####################--------------------] 5/10  5/s  0 failed"),
            (9, 1, 10, 500, 80, "[########################################] 9/10  18/s  1 failed"),
            (50, 0, 10, 500, 80, "[########################################] 50/10  100/s  0 failed"),
            (5, 0, 10, 1_000, 40, "[########---------] 5/10  5/s  0 failed"),
            (5, 0, 10, 1_000, 25, "5/10  5/s  0 failed"), (5, 0, 10, 1_000, 8, "5/10  5"),
            (5, 0, nil, 2_000, 80, "5  2/s  0 failed"), (0, 0, 0, 0, 30, "[########] 0/0  0/s  0 failed"),
            (5, 0, 10, 1_000, 0, ""),
        ] as [(Int, Int, Int?, Int64, Int, String)])
    func `fits the terminal`(
        done: Int, failed: Int, total: Int?, milliseconds: Int64, columns: Int, text: String
    ) {
        #expect(
            ProgressBar.text(done: done, failed: failed, total: total, milliseconds: milliseconds, columns: columns)
                == text)
    }
}
