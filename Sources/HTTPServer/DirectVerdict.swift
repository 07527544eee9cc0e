/// What a ``DirectRoute`` makes of the head of a request.
public enum DirectVerdict<Admitted: Sendable>: Sendable {
    /// Its body is read.
    case admitted(Admitted)
    /// This is the answer, and its body is not read.
    case refused(WholeAnswer)
}
