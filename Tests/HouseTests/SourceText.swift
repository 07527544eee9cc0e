/// A Swift file, taken apart into code and prose.
///
///     let source = SourceText("let a = \"b\"  // c", path: "A.swift")
///     source.code   // ["let a = \" \"      "]
///     source.prose  // [(1, "b"), (1, " c")]
struct SourceText: Sendable {
    /// Text for people: a comment, a string literal, or the name of a test.
    struct Passage: Sendable, Equatable {
        /// From 1.
        var line: Int
        var text: String
    }

    let path: String
    /// As written.
    let lines: [String]
    /// As written, with spaces in place of comments and of the content of literals. Code that is interpolated stays.
    let code: [String]
    let prose: [Passage]
    /// In the order of their lines.
    let declarations: [Declaration]

    init(_ text: String, path: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var lexer = SwiftLexer(Array(text.utf8))
        lexer.scan()
        code = lexer.code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        declarations = Declaration.all(in: code)
        prose = lexer.prose.map { Passage(line: $0.line, text: String(decoding: $0.bytes, as: UTF8.self)) }
    }

    /// `path:line`, as editors and terminals link it. The line is from 1.
    func place(_ line: Int) -> String { "\(path):\(line)" }

    /// The text of the documentation comment of a declaration; nil when it has none. The line is from 1.
    func documentation(above line: Int) -> String? {
        var comment: [Substring] = []
        for text in lines[..<(line - 1)].reversed() {
            let text = text.drop { $0 == " " }
            if text.hasPrefix("///") {
                comment.append(text.dropFirst(3))
            } else if !text.hasPrefix("@") || !comment.isEmpty {
                break
            }
        }
        return comment.isEmpty ? nil : comment.reversed().joined(separator: "\n")
    }
}
