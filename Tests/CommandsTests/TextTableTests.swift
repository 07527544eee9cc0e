import Commands
import Testing

@Suite struct `The width of a text on a terminal` {
    @Test(
        arguments: [
            ("", 0), ("plain", 5), ("ü", 1), ("u\u{308}", 1), ("日本", 4), ("ｱ", 1), ("ａ", 2), ("한국", 4),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("🎉", 2), ("⏰", 2), ("☁", 1), ("☁️", 2), ("🇪🇸", 2),
            ("👩‍👩‍👧", 6), ("👍🏽", 4),
            ("a\u{200B}b", 2), ("a\u{AD}b", 3), ("1️⃣", 2), ("…", 1), ("\u{20000}", 2), ("ক্ষ", 2),
        ] as [(String, Int)])
    func `is counted in columns, never too few`(text: String, columns: Int) {
        #expect(TerminalColumns.count(text) == columns)
    }

    @Test(
        arguments: [
            ("plain", 5, "plain"), ("plain", 4, "pla…"), ("plain", 1, "…"), ("plain", 0, ""), ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👩‍👩‍👧👩‍👩‍👧", 8, "👩‍👩‍👧…"), ("👩‍👩‍👧", 5, "…"),
        ] as [(String, Int, String)])
    func `is cut between characters`(text: String, columns: Int, shown: String) {
        #expect(TerminalColumns.shortened(text, to: columns) == shown)
        #expect(TerminalColumns.count(shown) <= columns)
    }
}

@Suite struct `A table` {
    private static let header = ["ID", "NAME", "ERROR"]
    private static let rows = [["4a01965e", "日本語の名前", "no route to the host"], ["5b", "b", ""]]

    private func lines(_ columns: Int?, whole: Set<String> = [], isStyled: Bool = false) -> [String] {
        var table = TextTable(Self.header, terminalColumns: columns, whole: whole, isStyled: isStyled)
        return table.lines(Self.rows)
    }

    @Test func `is not cut where it fits, and where there is no terminal`() {
        let full = [
            "ID        NAME          ERROR", "4a01965e  日本語の名前  no route to the host", "5b        b",
        ]
        #expect(lines(nil) == full && lines(44) == full && lines(400) == full)
    }

    @Test func `is cut in its widest columns, so that no line is longer than the terminal`() {
        #expect(lines(40)[1] == "4a01965e  日本語の名前  no route to the…")
        #expect(lines(30) == ["ID        NAME       ERROR", "4a01965e  日本語の…  no route…", "5b        b"])
        for columns in 20...44 {
            #expect(lines(columns).allSatisfy { TerminalColumns.count($0) <= columns }, "\(columns)")
            #expect(lines(columns).dropFirst().first?.hasPrefix("4a01965e  ") == true)
        }
    }

    @Test func `keeps its first column and those that must be whole, whatever the width`() {
        #expect(lines(30, whole: ["NAME"])[1] == "4a01965e  日本語の名前  no ro…")
        #expect(lines(1, whole: ["NAME"])[1] == "4a01965e  日本語の名前  no …")
        #expect(lines(0)[1] == "4a01965e  日…   no …")
    }

    @Test func `goes on in parts with one header, at least as wide as before`() {
        var table = TextTable(["A", "B"])
        #expect(table.lines([["long", "1"]]) == ["A     B", "long  1"])
        #expect(table.lines([["x", "2"]]) == ["x     2"] && table.lines([["longer", "3"]]) == ["longer  3"])
        #expect(table.lines([]) == [])
    }

    @Test func `colours its header and the words of statuses, and escapes what is in a cell`() {
        var table = TextTable(["NAME", "STATUS"], terminalColumns: 80, isStyled: true)
        let lines = table.lines([["a\u{1B}[2J", "fail:ttl"], ["success", "success"], ["b", "new\u{9B}"]])
        #expect(
            lines == [
                "\u{1B}[1mNAME\u{1B}[0m        \u{1B}[1mSTATUS\u{1B}[0m",
                "a\\u001b[2J  \u{1B}[31mfail:ttl\u{1B}[0m", "success     \u{1B}[32msuccess\u{1B}[0m",
                "b           new\\u009b",
            ])
    }
}

@Suite struct `A status` {
    @Test(
        arguments: [
            ("success", .good), ("ok", .good), ("fail", .bad), ("fail:ttl", .bad), ("down", .bad),
            ("processing", .running), ("processing 25 %", .running), ("invoked", .waiting), ("paused", .paused),
            ("pending (buffered)", nil), ("", nil), ("-", nil), ("Success", nil), ("failure", nil),
        ] as [(String, TerminalStyle?)])
    func `has a colour by its first word`(text: String, style: TerminalStyle?) {
        #expect(TerminalStyle.ofStatus(text) == style)
    }

    @Test(
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["NO_COLOR": "0"], false), (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
        ] as [(Bool, [String: String], Bool)])
    func `has none without a terminal, with NO_COLOR, and where the terminal has none`(
        isTerminal: Bool, environment: [String: String], isWanted: Bool
    ) {
        #expect(TerminalStyle.isWanted(isTerminal: isTerminal, environment: environment) == isWanted)
    }
}
