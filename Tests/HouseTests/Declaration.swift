/// A declaration at the beginning of a line.
struct Declaration: Sendable {
    enum Kind: String, Sendable {
        case function = "func"
        case structure = "struct"
        case enumeration = "enum"
        case `class`, actor
        case interface = "protocol"
        case alias = "typealias"
        case `extension`
        case initializer = "init"
        case `subscript`
        case constant = "let"
        case variable = "var"
        case macro
    }

    var kind: Kind
    var name: String
    var modifiers: [Substring]
    /// From 1.
    var line: Int
    /// The last line of the body, or of the declaration where it has none.
    var lastLine: Int
    /// The text up to the body.
    var signature: String
    /// The indentation, in columns: those of the declarations inside are larger.
    var column: Int
    /// The index of the declaration around this one.
    var enclosing: Int?

    var isType: Bool {
        switch kind {
        case .structure, .enumeration, .class, .actor, .interface, .alias: true
        default: false
        }
    }

    var isPublic: Bool { modifiers.contains("public") || modifiers.contains("open") }
    var isPrivate: Bool { modifiers.contains("private") || modifiers.contains("fileprivate") }
}

extension Declaration {
    /// The declarations of a file in the order of their lines. It relies on the indentation, which swift-format keeps.
    static func all(in code: [String]) -> [Declaration] {
        let pattern =
            #/
            ^(\s*)
            ((?:(?:@\w+(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))?|[a-z]+(?:\([a-z]+\))?)\s+)*?)
            (func|struct|enum|class|actor|protocol|typealias|extension|init|subscript|let|var|macro)\b\s*
            ([\w.]+|`[^`]*`|[-+*\/<>=!&|~%^?]+)?
            /#
        var found: [Declaration] = []
        var around: [Int] = []
        for (index, text) in code.enumerated() where mayDeclare(text) {
            guard let match = text.firstMatch(of: pattern), let kind = Kind(rawValue: String(match.3)),
                !match.2.contains("import")
            else { continue }
            let column = match.1.count
            while let last = around.last, found[last].column >= column { around.removeLast() }
            let (signature, lastLine) = extent(from: index, in: code)
            found.append(
                Declaration(
                    kind: kind, name: String(match.4 ?? "").trimming("`"), modifiers: match.2.split(separator: " "),
                    line: index + 1, lastLine: lastLine, signature: signature, column: column,
                    enclosing: around.last))
            if kind != .constant, kind != .variable { around.append(found.count - 1) }
        }
        return found
    }

    /// Whether the first word may begin a declaration. A regular expression for each line would take seconds.
    private static func mayDeclare(_ text: String) -> Bool {
        let start = text.utf8.drop { $0 == UInt8(ascii: " ") }
        guard let first = start.first, first != UInt8(ascii: "@") else { return !start.isEmpty }
        let word = start.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }
        return firstWords.contains(Substring(word))
    }

    private static let firstWords: Set<Substring> = [
        "public", "open", "private", "fileprivate", "internal", "package", "static", "final", "mutating", "nonmutating",
        "nonisolated", "override", "indirect", "convenience", "required", "lazy", "weak", "consuming", "borrowing",
        "prefix", "postfix", "infix", "func", "struct", "enum", "class", "actor", "protocol", "typealias", "extension",
        "init", "subscript", "let", "var", "macro",
    ]

    /// The text from a line to its body, and the line (from 1) on which the body ends.
    private static func extent(from start: Int, in code: [String]) -> (signature: String, lastLine: Int) {
        var signature = ""
        var parentheses = 0
        var braces = 0
        for index in start..<code.count {
            for byte in code[index].utf8 {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0: braces += 1
                case UInt8(ascii: "}") where parentheses == 0:
                    braces -= 1
                    if braces == 0 { return (signature, index + 1) }
                default: break
                }
                if braces == 0 { signature.unicodeScalars.append(Unicode.Scalar(byte)) }
            }
            guard braces == 0, parentheses == 0 else { continue }
            let next = index + 1 < code.count ? code[index + 1].drop { $0 == " " } : ""
            let goesOn = ["{", "->", "where ", "throws", "async"].contains { next.hasPrefix($0) }
            guard goesOn else { return (signature, index + 1) }
            signature += " "
        }
        return (signature, code.count)
    }
}

extension String {
    fileprivate func trimming(_ mark: Character) -> String { filter { $0 != mark } }
}
