/// Text that comes from services, files or brokers, made safe for a terminal.
///
/// Such text may hold sequences that move the cursor, change the title or type into the shell, and characters that
/// reverse the order of what is shown.
public enum TerminalText {
    /// Returns the text in one line, in which each control character (C0, DEL, C1), line separator (U+2028, U+2029) and
    /// character that sets the direction of text (Unicode's property Bidi_Control) is written as in JSON: `\u001b`.
    ///
    /// In JSON such characters stand in strings only, so the escapes keep JSON valid and its values the same.
    public static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isUnsafe(scalar):
                // All of them have four digits or fewer.
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: false
        case ..<0xA0, 0x2028, 0x2029: true
        default: scalar.properties.isBidiControl
        }
    }
}
