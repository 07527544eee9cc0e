import Yams

/// The documents of a YAML text, one after the other.
///
/// `Yams.compose_all` is not used: its sequence ends at a mistake as if the text ended there, so the documents behind
/// the mistake would be dropped without an error.
struct YAMLStream {
    private let text: String
    private let parser: Parser

    /// Throws if the text has a character that YAML forbids, or begins with a mistake.
    init(_ text: String) throws(TextFault) {
        try Self.refuseControlCharacters(text)
        self.text = text
        do {
            // Without rules: what a plain scalar stands for is CoreSchema's matter. Yams's own rules are those of
            // YAML 1.1. The encoding is given, since an environment variable would choose another one.
            parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        } catch {
            throw Self.fault(error, text)
        }
    }

    /// Returns the root of the next document; nil at the end. Throws a mistake, behind which nothing can be read.
    func next() throws(TextFault) -> Node? {
        do {
            return try parser.nextRoot()
        } catch {
            throw Self.fault(error, text)
        }
    }

    private static func fault(_ error: any Error, _ text: String) -> TextFault {
        (error as? YamlError).map { TextFault($0, in: text) }
            ?? TextFault(line: 1, column: 1, "this is not YAML: \(error)")
    }

    /// YAML 1.2.2, section 5.1. libyaml checks this, too, but doesn't give the line.
    private static func refuseControlCharacters(_ text: String) throws(TextFault) {
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: (line, column) = (line + 1, 1)
            case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: column += 1
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw TextFault(
                    line: line, column: column,
                    "the character U+\(code) can't be in YAML: write it as an escape in double quotes")
            }
        }
    }
}
