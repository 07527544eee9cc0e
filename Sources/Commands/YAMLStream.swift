import Yams

/// The documents of a YAML text.
///
/// `Yams.compose_all` is not used: its sequence ends at a mistake as if the text ended there, so the documents behind
/// the mistake would be dropped without an error.
struct YAMLStream {
    private static let roundsMax = 32
    private static let bytesOfRoundsMax = 8 * 1_024 * 1_024

    private(set) var documents: [YAMLDocument] = []
    /// The mistake behind which nothing could be read.
    private(set) var fault: TextFault?

    /// Throws if the text has a character that can't be in YAML.
    ///
    /// A name that is repeated in a mapping is no mistake here. Each one costs a round from the beginning, so their
    /// number is limited.
    init(_ text: String) throws(TextFault) {
        try Self.refuseCharacters(text)
        var standIns = try YAMLStandIns(text)
        var rounds = 1
        while let repeated = read(standIns) {
            rounds += 1
            let isInLimits = rounds <= Self.roundsMax && rounds * text.utf8.count <= Self.bytesOfRoundsMax
            guard isInLimits, standIns.tellApart(nameAt: repeated) else { break }
        }
    }

    /// Reads all documents up to a mistake. Returns the place of a repeated name, if that is the mistake.
    private mutating func read(_ standIns: YAMLStandIns) -> Mark? {
        (documents, fault) = ([], nil)
        do {
            // Without rules: what a plain scalar stands for is CoreSchema's matter. Yams's own rules are those of
            // YAML 1.1. The encoding is given, since an environment variable would choose another one.
            let parser = try Parser(yaml: standIns.text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                documents.append(YAMLDocument(root: root, standIns: standIns, parser: parser))
            }
        } catch {
            var found = Self.fault(error, standIns.text)
            found.message = standIns.original(found.message)
            fault = found
            if case .duplicatedKeysInMapping(_, let context)? = error as? YamlError { return context.mark }
        }
        return nil
    }

    private static func fault(_ error: any Error, _ text: String) -> TextFault {
        (error as? YamlError).map { TextFault($0, in: text) }
            ?? TextFault(line: 1, column: 1, "this is not YAML: \(error)")
    }

    /// YAML 1.2.2, section 5.1. libyaml checks this, too, but doesn't give the line. It takes U+85, U+2028 and U+2029
    /// for ends of lines, which they are in YAML 1.1 only.
    private static func refuseCharacters(_ text: String) throws(TextFault) {
        var (line, column) = (1, 1)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: (line, column) = (line + 1, 1)
            case 0x09, 0x0D, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFFFD, 0x1_0000...0x10_FFFF:
                column += 1
            default:
                let code = String(scalar.value, radix: 16, uppercase: true)
                throw TextFault(
                    line: line, column: column,
                    "the character U+\(code) can't be in YAML: write it as an escape in double quotes")
            }
        }
    }
}
