/// How many columns of a terminal a text takes, which is not the number of its characters.
///
/// Wide and fullwidth East Asian characters and emoji take two columns; combining marks, the vowels and final
/// consonants of decomposed Hangul, and invisible characters of format take none; all others take one, also those of
/// ambiguous width. An emoji that is joined of several counts as all of them together, which is how terminals show it
/// that can't join them, so that a text never takes more columns than are counted.
public enum TerminalColumns {
    /// Blocks of wide characters (Unicode's East_Asian_Width W and F) whose characters are not emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
    private static let hangulVowelsAndFinals: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FF]
    private static let regionalIndicators: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF

    /// The columns of a text in one line, without control characters; see ``TerminalText``.
    public static func count(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + count($1) }
    }

    /// Returns the text if it fits, else its beginning and `…`. It cuts between characters as a person sees them.
    public static func shortened(_ text: String, to columns: Int) -> String {
        guard count(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var result = ""
        var room = columns - 1
        for character in text {
            room -= count(String(character))
            guard room >= 0 else { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func count(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        // The soft hyphen is of format, but terminals show it.
        if value < 0x300 { return 1 }
        // It makes the character before it an emoji, which is wide where it was narrow.
        if value == 0xFE0F { return 1 }
        if hangulVowelsAndFinals.contains(where: { $0.contains(value) }) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if wide.contains(where: { $0.contains(value) }) { return 2 }
        // A flag is two of these.
        if regionalIndicators.contains(value) { return 1 }
        return scalar.properties.isEmojiPresentation ? 2 : 1
    }
}
