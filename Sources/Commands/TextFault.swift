import Yams

/// A mistake in a text, and its place.
struct TextFault: Error, Equatable {
    var line: Int
    var column: Int
    var message: String

    init(line: Int, column: Int, _ message: String) {
        (self.line, self.column, self.message) = (line, column, message)
    }

    /// `mark` is nil for a node that didn't come from a text.
    init(_ mark: Mark?, _ message: String) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1, message)
    }

    /// The same mistake with the name of its file.
    func inFile(_ file: String) -> FileFault {
        FileFault(FilePlace(file: file, line: line, column: column), message)
    }
}

extension TextFault {
    /// A mistake that libyaml found in `text`.
    init(_ error: YamlError, in text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let around = context.map { " (\($0.text) from line \($0.mark.line), column \($0.mark.column) on)" } ?? ""
            let known = problem.hasPrefix("Maximum nesting") ? "this nests too deep" : Self.tabMessage(mark, in: text)
            self.init(mark, known ?? "this is not YAML: \(problem)\(around)")
        case .duplicatedKeysInMapping(let names, let context):
            let shown = names.prefix(8).map { "“\($0.prefix(64))”" }.joined(separator: ", ")
            // The place is that of the first one.
            self.init(context.mark, "the field \(shown) is repeated further down in this mapping: keep one of them")
        default:
            self.init(line: 1, column: 1, "this is not YAML: \(error)")
        }
    }

    private static func tabMessage(_ mark: Mark, in text: String) -> String? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard mark.line <= lines.count, lines[mark.line - 1].dropFirst(mark.column - 1).first == "\t" else {
            return nil
        }
        return "there is a tab: YAML is indented with spaces"
    }
}
