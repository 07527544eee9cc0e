import JobCore

/// What an attempt taught a lane about its target.
enum LaneOutcome: Sendable, Equatable {
    /// The target answered, whatever it said.
    case answered
    /// No answer: no connection, a timeout, a broken connection.
    case failed
    /// Nothing was learnt: no request was sent, or it was refused because of its sender.
    case notTried
    /// Nothing was learnt: the record is asked first, and the delivery comes back.
    case asked

    init(_ answer: AttemptResult.Answer) {
        self =
            switch answer {
            case .answered, .accepted, .busy, .refused: .answered
            case .unreachable: .failed
            case .forbidden, .unsigned, .unauthenticated: .notTried
            }
    }
}
