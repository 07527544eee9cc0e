import Testing

/// Sizes up to which a file, a function and a line are easy to read.
enum SizeRule {
    static let columnsMax = 120
    static let functionLinesMax = 70
    static let fileLinesMax = 300
    /// A program's main is a paragraph: parse, build, run.
    static let mainLinesMax = 40

    static func longLines(in source: SourceText) -> [String] {
        source.lines.enumerated().filter { $0.element.count > columnsMax }.map { index, text in
            "\(source.place(index + 1)): \(text.count) columns"
        }
    }

    static func longFunctions(in source: SourceText) -> [String] {
        source.declarations.compactMap { declaration in
            let lineCount = declaration.lastLine - declaration.line + 1
            guard declaration.kind == .function || declaration.kind == .initializer, lineCount > functionLinesMax
            else { return nil }
            return "\(source.place(declaration.line)): \(declaration.name) has \(lineCount) lines"
        }
    }

    static func longFile(_ source: SourceText, linesMax: Int = fileLinesMax) -> [String] {
        // The text after the last newline is no line.
        let lineCount = source.lines.count - (source.lines.last == "" ? 1 : 0)
        return lineCount > linesMax ? ["\(source.place(lineCount)): more than \(linesMax) lines"] : []
    }
}

@Suite struct `The size of the code` {
    @Test func `is at most 120 columns a line`() {
        expectNone(SourceTree.all.flatMap(SizeRule.longLines))
    }

    @Test func `is at most 70 lines a function`() {
        expectNone(SourceTree.all.flatMap(SizeRule.longFunctions))
    }

    @Test func `is at most 300 lines a file`() {
        expectNone(SourceTree.all.flatMap { SizeRule.longFile($0) })
    }

    @Test func `is at most 40 lines for the main of a daemon`() {
        let mains = SourceTree.sources.filter { source in
            SourceTree.programs.contains(source.module) && source.module.hasSuffix("d")
                && source.code.contains { $0.contains(": DaemonProgram {") }
        }
        #expect(mains.count >= 6)
        expectNone(mains.flatMap { SizeRule.longFile($0, linesMax: SizeRule.mainLinesMax) })
    }
}

@Suite struct `The scanner of sizes` {
    @Test func `finds a line of 121 columns and counts characters, not bytes`() {
        let lines = [String(repeating: "a", count: 121), String(repeating: "ü", count: 120)]
        #expect(SizeRule.longLines(in: SourceText(lines.joined(separator: "\n"), path: "A")) == ["A:1: 121 columns"])
    }

    @Test(arguments: [(67, 0), (68, 1)])
    func `counts a function from its name to its closing brace`(statementCount: Int, offenderCount: Int) {
        // The braces in a comment, a default value and a string are not the body's.
        let text =
            "/// {\nfunc long(\n    _ body: () -> Void = { }\n) {\n"
            + String(repeating: "    print(\"}\")\n", count: statementCount - 1) + "}\n\nfunc short() {}\n"
        #expect(SizeRule.longFunctions(in: SourceText(text, path: "A")).count == offenderCount)
    }

    @Test func `takes a requirement of a protocol for one line`() {
        let text = "protocol P {\n    func a()\n}\n\n" + String(repeating: "let x = 1\n", count: 100)
        #expect(SizeRule.longFunctions(in: SourceText(text, path: "A")).isEmpty)
    }

    @Test func `finds a file of 301 lines`() {
        let text = String(repeating: "\n", count: 301)
        #expect(SizeRule.longFile(SourceText(text, path: "A")) == ["A:301: more than 300 lines"])
        #expect(SizeRule.longFile(SourceText(String(text.dropFirst()), path: "A")).isEmpty)
    }
}
