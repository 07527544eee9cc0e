import JobCore
import Logging

/// One line of the log, as text or as a JSON object. Pure.
///
/// Texts of others end up in messages and values: in both forms they can forge neither a field nor a line, nor change
/// how the rest of the line is shown. Callback tokens in them are masked, and long ones are cut.
struct LogLine {
    /// Bytes of a message or a value that are written.
    static let valueBytesMax = 2_048
    /// The names of JSON that no field may take.
    private static let ownNames = ["time", "level", "program", "message"]

    /// RFC 3339.
    var time: String
    var level: Logger.Level
    var program: String
    var message: String
    var fields: Logger.Metadata

    /// `TIME LEVEL PROGRAM: MESSAGE NAME=VALUE …`, with the fields sorted by name.
    ///
    /// A value is bare, or a JSON string if it is empty or has a space, `=`, a quote, a backslash, or anything
    /// unprintable. The message has spaces, and otherwise follows the same rule.
    var text: String {
        let message = Self.limited(message)
        let isBare = Self.isBare(message, allowsSpaces: true)
        let begin = "\(time) \(level) \(program): \(isBare ? message : Self.quoted(message))"
        return fields.sorted { $0.key < $1.key }.reduce(into: begin) { line, field in
            let value = Self.limited("\(field.value)")
            line += " \(Self.name(field.key))=\(Self.isBare(value, allowsSpaces: false) ? value : Self.quoted(value))"
        }
    }

    /// A JSON object of strings: `time`, `level`, `program`, `message`, and the fields, sorted by name.
    var json: String {
        let own = zip(Self.ownNames, [time, "\(level)", program, Self.limited(message)])
        let others = fields.sorted { $0.key < $1.key }.map { key, value in
            (Self.ownNames.contains(key) ? key + "_" : key, Self.limited("\(value)"))
        }
        return "{" + (Array(own) + others).map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}"
    }

    private static func limited(_ text: String) -> String {
        let text = TokenMask.masked(text)
        return text.utf8.count <= valueBytesMax ? text : ForeignText.cut(text, toBytes: valueBytesMax) + "…"
    }

    private static func name(_ key: String) -> String {
        String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) ? $0 : "_" })
    }

    private static func isBare(_ text: String, allowsSpaces: Bool) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case " ": allowsSpaces
                case "\"", "\\", "=": false
                default: !scalar.properties.isWhitespace && !ForeignText.isUnprintable(scalar)
                }
            }
    }

    /// The text as a JSON string (RFC 8259, section 7) with everything unprintable escaped.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where ForeignText.isUnprintable(scalar):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}
