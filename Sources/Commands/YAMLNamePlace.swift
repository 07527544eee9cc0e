/// The character in the name of a field that a stand-in may take the place of, so that nothing moves to another column.
struct YAMLNamePlace {
    private typealias Scalars = String.UnicodeScalarView

    let range: Range<String.Index>
    /// The character that is written there, perhaps as an escape.
    let original: Unicode.Scalar
    /// How many digits its escape has; nil if it is written as itself.
    private let escapeDigits: Int?

    /// Characters that begin something else than a plain scalar of one line (YAML 1.2.2, section 5.3).
    private static let indicators = Set("-?:,[]{}#&*!|>'\"%@`".unicodeScalars)

    /// How many digits follow the letter of an escape (YAML 1.2.2, section 5.7).
    private static let escapeDigits: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]

    /// Finds a character in the name that begins at `start`, behind its tag and its anchor. `isStandIn` tells which
    /// characters stand for others already. Nil if there is none.
    init?(
        in scalars: String.UnicodeScalarView, from start: String.Index, isStandIn: (Unicode.Scalar) -> Bool
    ) {
        var index = start
        while index < scalars.endIndex, ["!", "&"].contains(scalars[index]) {
            index = scalars[index...].firstIndex { " \t\r\n".unicodeScalars.contains($0) } ?? scalars.endIndex
            index = scalars[index...].firstIndex { $0 != " " && $0 != "\t" } ?? scalars.endIndex
        }
        guard index < scalars.endIndex else { return nil }
        switch scalars[index] {
        case "\"": self.init(inQuotes: scalars, from: scalars.index(after: index), isStandIn)
        case "'":
            let first = scalars.index(after: index)
            guard first < scalars.endIndex, !"'\r\n".unicodeScalars.contains(scalars[first]) else { return nil }
            self.init(first, scalars)
        default: self.init(inPlain: scalars, from: index, isStandIn)
        }
    }

    private init(_ index: String.Index, _ scalars: Scalars) {
        range = index..<scalars.index(after: index)
        original = scalars[index]
        escapeDigits = nil
    }

    /// A letter of a plain name, or its first character if that is no indicator.
    private init?(inPlain scalars: Scalars, from start: String.Index, _ isStandIn: (Unicode.Scalar) -> Bool) {
        // Behind these the text is no plain name of one line.
        guard !"[]{}|>,#%@`?".unicodeScalars.contains(scalars[start]) else { return nil }
        let name = scalars[start...].prefix { !" \t\r\n:,[]{}".unicodeScalars.contains($0) }
        let letter = name.firstIndex { isStandIn($0) || Self.isOfName($0) }
        let first = Self.indicators.contains(scalars[start]) ? nil : start
        guard let index = letter ?? first else { return nil }
        self.init(index, scalars)
    }

    /// The first character in double quotes that is not escaped, else the first escape that has a stand-in's length.
    private init?(inQuotes scalars: Scalars, from start: String.Index, _ isStandIn: (Unicode.Scalar) -> Bool) {
        var index = start
        var escape: YAMLNamePlace?
        while index < scalars.endIndex, !"\"\r\n".unicodeScalars.contains(scalars[index]) {
            guard scalars[index] == "\\" else {
                self.init(index, scalars)
                return
            }
            let letter = scalars.index(after: index)
            guard letter < scalars.endIndex else { return nil }
            let digits = Self.escapeDigits[scalars[letter]] ?? 0
            guard
                let end = scalars.index(letter, offsetBy: digits + 1, limitedBy: scalars.endIndex)
            else { return nil }
            let code = String(scalars[scalars.index(after: letter)..<end])
            if escape == nil, digits >= 4, let scalar = UInt32(code, radix: 16).flatMap(Unicode.Scalar.init) {
                escape = YAMLNamePlace(range: index..<end, original: scalar, escapeDigits: digits)
            }
            index = end
        }
        guard let escape else { return nil }
        self = escape
    }

    private init(range: Range<String.Index>, original: Unicode.Scalar, escapeDigits: Int) {
        (self.range, self.original, self.escapeDigits) = (range, original, escapeDigits)
    }

    /// The stand-in, as long as what it replaces.
    func replacement(_ standIn: Unicode.Scalar) -> String.UnicodeScalarView {
        guard let escapeDigits else { return Scalars([standIn]) }
        let code = String(standIn.value, radix: 16, uppercase: true)
        let zeros = String(repeating: "0", count: escapeDigits - code.utf8.count)
        return ((escapeDigits == 8 ? "\\U" : "\\u") + zeros + code).unicodeScalars
    }

    /// Whether the character has no meaning to YAML in a name.
    private static func isOfName(_ letter: Unicode.Scalar) -> Bool {
        letter.properties.isAlphabetic || letter.properties.numericType != nil || "_<".unicodeScalars.contains(letter)
    }
}
