/// The mistake in a list of signing keys. The description never contains a key.
public struct SigningKeysError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and what would be right.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
