/// The name of one exporterd, which its files carry. No two that write to a folder have the same.
public struct ExporterName: Sendable, Hashable {
    public let text: String

    /// Nil unless the text is 1 to 64 of `a-z A-Z 0-9 . _ -` and begins with a letter or a digit.
    public init?(_ text: String) {
        guard text.utf8.count <= 64, text.wholeMatch(of: #/[a-zA-Z0-9][a-zA-Z0-9._-]*/#) != nil else { return nil }
        self.text = text
    }
}
