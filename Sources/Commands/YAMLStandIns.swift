import Yams

/// A YAML text in which characters for private use stand for others, so that Yams composes it safely and completely.
///
/// Yams copies the anchored node to the place of an alias: chained anchors can nest deeper than a stack. With a
/// stand-in for `*` it reads an alias as plain text. And Yams stops at the first repeated name in a mapping: with a
/// stand-in for the first letter of one of them the names differ.
struct YAMLStandIns {
    private static let privateUse: ClosedRange<UInt32> = 0xE000...0xF8FF

    private(set) var text: String
    private let alias: Unicode.Scalar
    private var originals: [Unicode.Scalar: Unicode.Scalar]
    /// Those that the text has.
    private let used: Set<Unicode.Scalar>
    /// The characters from here on are used or taken.
    private var end: UInt32

    /// Throws if the text has no character to spare.
    init(_ text: String) throws(TextFault) {
        let used = Set(text.unicodeScalars.lazy.filter { Self.privateUse.contains($0.value) })
        var end = Self.privateUse.upperBound + 1
        guard let alias = Self.unused(before: &end, used) else {
            throw TextFault(line: 1, column: 1, "the file has every character from U+E000 to U+F8FF: remove some")
        }
        (self.alias, self.used, self.end, originals) = (alias, used, end, [alias: "*"])
        self.text = text.replacing("*", with: String(alias))
    }

    /// The last character before `end` that the text doesn't have. There is a reader for each file, so it is searched
    /// for only when it is needed.
    private static func unused(before end: inout UInt32, _ used: Set<Unicode.Scalar>) -> Unicode.Scalar? {
        while end > privateUse.lowerBound {
            end -= 1
            if let scalar = Unicode.Scalar(end), !used.contains(scalar) { return scalar }
        }
        return nil
    }

    /// Whether the scalar was an alias, or text that looks like one.
    func isAlias(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && scalar.string.unicodeScalars.first == alias
    }

    /// What is written in the file.
    func original(_ string: String) -> String {
        guard string.unicodeScalars.contains(where: { originals[$0] != nil }) else { return string }
        var original = String.UnicodeScalarView()
        original.append(contentsOf: string.unicodeScalars.lazy.map { originals[$0] ?? $0 })
        return String(original)
    }

    /// Makes the name of a field that begins at the mark different from all others. False if that can't be done: the
    /// name is no scalar of one line, or has nothing but short escapes.
    mutating func tellApart(nameAt mark: Mark) -> Bool {
        guard let start = index(of: mark),
            let place = YAMLNamePlace(in: text.unicodeScalars, from: start, isStandIn: { originals[$0] != nil }),
            place.original != alias, let standIn = Self.unused(before: &end, used)
        else { return false }
        originals[standIn] = originals[place.original] ?? place.original
        text.unicodeScalars.replaceSubrange(place.range, with: place.replacement(standIn))
        return true
    }

    private func index(of mark: Mark) -> String.Index? {
        let scalars = text.unicodeScalars
        var index = scalars.startIndex
        for _ in 1..<max(mark.line, 1) {
            guard let end = scalars[index...].firstIndex(where: { $0 == "\n" || $0 == "\r" }) else { return nil }
            let next = scalars.index(after: end)
            let isPair = scalars[end] == "\r" && next < scalars.endIndex && scalars[next] == "\n"
            index = isPair ? scalars.index(after: next) : next
        }
        return scalars.index(index, offsetBy: max(mark.column, 1) - 1, limitedBy: scalars.endIndex).flatMap {
            $0 < scalars.endIndex ? $0 : nil
        }
    }
}
