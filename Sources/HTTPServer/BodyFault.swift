/// Why the body of a request can't be used.
public enum BodyFault: Sendable {
    /// It has more bytes than the route takes.
    case tooLarge
    /// It is broken, or the connection ended before it did.
    case incomplete(any Error)
}
