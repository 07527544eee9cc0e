/// An answer of the admin API that is not what it should be.
public struct LetterAnswerFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field at fault, and what is wrong with it.
    public var message: String

    init(_ message: String) {
        self.message = message
    }

    /// `the admin API's answer can't be used: /done: the field is missing`
    public var description: String {
        "the admin API's answer can't be used: \(message); belfry and consoled should be of the same version"
    }
}
