/// A file of sections with settings, as AWS's shared files are.
///
///     [default]
///     region = eu-west-1   # a comment
///
/// Names are in lower case. A section that is there twice has the settings of both, the later ones first. Lines that
/// are indented belong to the setting before them, and are left out: no key and no region is written so.
struct INIFile {
    /// A line that is neither of these. Its text may be a secret, so it is not part of the error.
    struct Fault: Error, Equatable {
        var line: Int
        var reason: String
    }

    private(set) var sections: [String: [String: String]] = [:]

    init(parsing text: String) throws(Fault) {
        var section: String?
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let content = Self.trimmed(line)
            if content.isEmpty || content.hasPrefix("#") || content.hasPrefix(";") { continue }
            if line.first?.isWhitespace == true, section != nil { continue }
            if content.hasPrefix("[") {
                section = try Self.name(in: content, line: index + 1)
                continue
            }
            guard let section else { throw Fault(line: index + 1, reason: "a setting before the first [section]") }
            guard let equals = content.firstIndex(of: "="), equals != content.startIndex else {
                throw Fault(line: index + 1, reason: "is neither a [section] nor NAME = VALUE")
            }
            let name = Self.trimmed(content[..<equals]).lowercased()
            sections[section, default: [:]][name] = Self.value(content[content.index(after: equals)...])
        }
    }

    /// The words between the brackets, with one space between them. Only a comment may follow.
    private static func name(in line: Substring, line number: Int) throws(Fault) -> String {
        guard let end = line.firstIndex(of: "]") else { throw Fault(line: number, reason: "has no “]”") }
        let rest = trimmed(line[line.index(after: end)...])
        let words = line[..<end].dropFirst().split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty, rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else {
            throw Fault(line: number, reason: "is no [section]")
        }
        return words.joined(separator: " ")
    }

    /// A comment in a value begins behind a space, since keys may have any of these characters.
    private static func value(_ text: Substring) -> String {
        for (index, character) in zip(text.indices, text) where character == "#" || character == ";" {
            if index == text.startIndex || text[text.index(before: index)].isWhitespace {
                return String(trimmed(text[..<index]))
            }
        }
        return String(trimmed(text))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...last]
    }
}
