/// Cleans texts that others wrote, before they are logged or kept: what a service answers may echo the callback token
/// that it was sent, forge a line of the log, or have no end.
public enum ForeignText {
    /// Bytes of UTF-8 that are kept of what a service answers: 1 KiB.
    public static let bytesMax = 1_024

    /// The text on one line, without ``isUnprintable(_:)`` scalars and with `***` in place of callback tokens. It is
    /// cut to `bytesMax` bytes of UTF-8 after that, so that no part of a token is left at the end.
    public static func cleaned(_ text: String, bytesMax: Int = bytesMax) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                line.append(" ")
            } else if !isUnprintable(scalar) {
                line.append(scalar)
            }
        }
        return cut(TokenMask.masked(String(line)), toBytes: bytesMax)
    }

    /// The text with `***` in place of these values and of their words: a service may echo what it was sent. Words of
    /// fewer than 8 bytes stay, since they are no secrets and may be part of any sentence.
    public static func hiding(_ values: [String], in text: String) -> String {
        let words = values.flatMap { [$0] + $0.split(separator: " ").map(String.init) }.filter { $0.utf8.count >= 8 }
        return words.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// The text's first `bytesMax` bytes of UTF-8 at most, with no scalar cut in two.
    public static func cut(_ text: String, toBytes bytesMax: Int) -> String {
        guard text.utf8.count > bytesMax else { return text }
        var bytes = 0
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix { scalar in
                    bytes += UTF8.width(scalar)
                    return bytes <= bytesMax
                }))
    }

    /// Whether a scalar prints nothing, or changes how the text around it is shown: a control character (C0, DEL, C1),
    /// a formatting character such as a bidi override, or a separator of lines or paragraphs.
    public static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return scalar.value < 0x20 || scalar.value == 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
