public import JSON

/// A field of a job that a change sets to another value.
public struct FieldChange: Sendable, Equatable {
    /// Its name, or the path to it: `schedule`, `retry.max_attempts`, `headers.X-Team`.
    public var field: String
    /// Null if it was not there.
    public var before: JSONValue
    /// Null if it is no longer there.
    public var after: JSONValue

    /// The characters of a value that a line shows.
    private static let shownMax = 100
    /// Of them, those before the place where two long values differ.
    private static let leadMax = 20

    /// The values as JSON in one line: `schedule: "rate(5 minutes)" → "rate(10 minutes)"`. Of long ones it shows the
    /// part where they differ.
    public var line: String {
        let (old, new) = (before.text.unicodeScalars, after.text.unicodeScalars)
        let common = zip(old, new).prefix { $0 == $1 }.count
        let start = max(old.count, new.count) > Self.shownMax ? max(0, common - Self.leadMax) : 0
        return "\(field): \(Self.part(of: old, from: start)) → \(Self.part(of: new, from: start))"
    }

    /// The new value alone: `schedule: "rate(5 minutes)"`.
    var lineOfNew: String { "\(field): \(Self.part(of: after.text.unicodeScalars, from: 0))" }

    private static func part(of text: String.UnicodeScalarView, from start: Int) -> String {
        let (isCutBefore, rest) = (start > 0 && text.count > start, text.dropFirst(start))
        let shown = isCutBefore ? rest : text[...]
        return (isCutBefore ? "…" : "") + String(shown.prefix(shownMax)) + (shown.count > shownMax ? "…" : "")
    }

    /// The values of headers may be credentials, so no plan shows them.
    var masked: FieldChange {
        guard field.hasPrefix("headers.") else { return self }
        func mask(_ value: JSONValue) -> JSONValue { value == .null ? .null : .string("***") }
        return FieldChange(field: field, before: mask(before), after: mask(after))
    }
}
