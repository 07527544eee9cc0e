/// Why a message cannot be read. No retry helps: it becomes a dead letter.
public struct UnreadableMessage: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
