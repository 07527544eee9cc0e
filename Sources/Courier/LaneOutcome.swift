import JobCore

/// What an attempt taught a lane about its target.
enum LaneOutcome: Sendable, Equatable {
    /// The target answered, whatever it said.
    case answered
    /// No answer: no connection, a timeout, a broken connection, or credentials that are missing or not accepted.
    case failed
    /// Nothing was learnt: no request was sent.
    case notTried
    /// Nothing was learnt: the record is asked first, and the delivery comes back.
    case asked

    init(_ answer: AttemptResult.Answer) {
        self =
            switch answer {
            case .answered, .accepted, .busy, .refused: .answered
            // Without credentials no delivery would arrive: one at a time finds out when they are back.
            case .unreachable, .unauthenticated: .failed
            case .forbidden, .unsigned: .notTried
            }
    }
}
