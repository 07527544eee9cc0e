import Testing

/// Words that the sources do without.
enum SafetyRule {
    private static let words = ["@unchecked Sendable", "try!", "as!", "fatalError(", "nonisolated(unsafe)"]
    /// Work that is left undone; in comments, too.
    private static let notes = ["TODO", "FIXME", "XXX"]

    static func offenders(in source: SourceText) -> [String] {
        let lines = zip(source.code, source.lines).enumerated()
        return lines.flatMap { index, pair in
            let found = words.filter(pair.0.contains) + notes.filter(pair.1.contains)
            let prints = pair.0.contains(#/(^|[^a-zA-Z.])print\(/#) ? ["print("] : []
            return (found + prints).map { "\(source.place(index + 1)): \($0)" }
        }
    }
}

@Suite struct `The sources` {
    @Test func `neither circumvent the compiler's checks, nor print, nor leave things undone`() {
        #expect(SourceTree.sources.count > 150)
        expectNone(SourceTree.sources.flatMap(SafetyRule.offenders))
    }
}

@Suite struct `The scanner of forbidden words` {
    @Test(arguments: ["let a = try! b()", "a as! B", "// TODO", "print(1)", "    print(\"a\")", "fatalError()"])
    func `finds one`(text: String) {
        #expect(SafetyRule.offenders(in: SourceText(text, path: "A")).count == 1)
    }

    @Test(arguments: ["let a = \"try! it\"", "output.print(1)", "sprint(1)", "try? a()"])
    func `leaves other text alone`(text: String) {
        #expect(SafetyRule.offenders(in: SourceText(text, path: "A")).isEmpty)
    }
}
