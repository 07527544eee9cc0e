import JSON

/// One side of a change on record: the value before or after it.
public struct AuditChange: Sendable, Equatable {
    public var isBefore: Bool
    /// The value, with the name of its field before it.
    public var text: String

    /// Nil for a value that is not there. `name` is nil for the entry as a whole.
    init?(isBefore: Bool, _ value: JSONValue?, of name: String? = nil) {
        guard let value else { return nil }
        self.isBefore = isBefore
        var text = value.text
        if case .string(let plain) = value { text = plain }
        self.text = name.map { "\($0): \(text)" } ?? text
    }

    /// The line, as in the output of `diff`.
    public var line: String { "  \(isBefore ? "-" : "+") \(text)" }
}
