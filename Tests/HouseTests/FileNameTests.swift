import Testing

/// A file is named like the type in it: `X.swift` declares X, `X+Topic.swift` extends it.
enum FileNameRule {
    static func offenders(in source: SourceText) -> [String] {
        let parts = source.name.split(separator: "+", maxSplits: 1)
        guard let type = parts.first.map(String.init) else { return ["\(source.path): no name"] }
        let isMet =
            parts.count == 2
            ? source.declarations.contains { isExtension($0, of: type) }
            : source.declarations.contains { $0.isType && $0.name == type }
        return isMet ? [] : ["\(source.place(1)): \(parts.count == 2 ? "no extension of" : "no type") \(type)"]
    }

    /// A file with tests ends in Tests, and no other does. Other files of a test target are named like a type or, if
    /// they have none, like a function in them.
    static func offenders(inTests source: SourceText) -> [String] {
        if source.name.hasSuffix("Tests") {
            return hasTests(source) ? [] : ["\(source.place(1)): no test"]
        }
        let isFunction = source.declarations.contains { declaration in
            declaration.kind == .function && declaration.column == 0 && declaration.name.capitalized(like: source.name)
        }
        return isFunction ? [] : offenders(in: source)
    }

    static func hasTests(_ source: SourceText) -> Bool { source.code.contains { $0.contains("@Test") } }

    private static func isExtension(_ declaration: Declaration, of type: String) -> Bool {
        declaration.kind == .extension && declaration.name.split(separator: ".").contains { $0 == type }
    }
}

extension String {
    /// Whether the two differ at most in the case of the first letter.
    fileprivate func capitalized(like other: String) -> Bool {
        dropFirst() == other.dropFirst() && prefix(1).uppercased() == other.prefix(1)
    }
}

@Suite struct `A file` {
    @Test func `of Sources is named like its type, or like the type that it extends`() {
        expectNone(SourceTree.sources.flatMap { FileNameRule.offenders(in: $0) })
    }

    @Test func `of Tests is named like its type or function, and with tests in it ends in Tests`() {
        expectNone(SourceTree.tests.flatMap { FileNameRule.offenders(inTests: $0) })
        let unnamed = SourceTree.tests.filter { !$0.name.hasSuffix("Tests") && FileNameRule.hasTests($0) }
        expectNone(unnamed.map { "\($0.place(1)): tests" })
    }

    @Test func `is in no folder whose name says nothing`() {
        let names = ["Util", "Common", "Shared", "Helper", "Manager"]
        expectNone(SourceTree.sources.map(\.path).filter { path in names.contains { path.contains($0) } })
    }
}

@Suite struct `The scanner of file names` {
    @Test(arguments: [
        ("A.swift", "struct A {}"), ("A.swift", "public indirect enum A<T> {}"), ("A.swift", "typealias A = Int"),
        ("A+B.swift", "extension A: B {}"), ("A+B.swift", "extension M.A {}"),
        ("Tests/ATests.swift", "@Test func `a b`() {}"),
        ("Tests/Until.swift", "func until() {}"),
    ])
    func `accepts what has the name`(path: String, text: String) {
        let source = SourceText(text, path: path)
        #expect(
            (path.hasPrefix("Tests") ? FileNameRule.offenders(inTests: source) : FileNameRule.offenders(in: source))
                .isEmpty)
    }

    @Test(arguments: [
        ("A.swift", "extension A {}"), ("A.swift", "struct B {}"), ("A.swift", "// struct A {}"),
        ("A+B.swift", "struct A {}"),
        ("Tests/ATests.swift", "struct ATests {}"), ("Tests/Helpers.swift", "func until() {}"),
    ])
    func `finds what has another name`(path: String, text: String) {
        let source = SourceText(text, path: path)
        #expect(
            (path.hasPrefix("Tests") ? FileNameRule.offenders(inTests: source) : FileNameRule.offenders(in: source))
                .count == 1)
    }
}
