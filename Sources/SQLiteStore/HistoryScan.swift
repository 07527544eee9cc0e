/// Remembers how far the history was searched for old executions. What must stay, such as the last successes of jobs
/// that are long gone, is so not searched again and again.
struct HistoryScan: Sendable {
    /// A place in the order in which executions ended.
    struct Position: Sendable, Comparable {
        static let beginning = Position(finishedMilliseconds: .min, seq: .min)

        var finishedMilliseconds: Int64
        var seq: Int64

        static func < (left: Position, right: Position) -> Bool {
            (left.finishedMilliseconds, left.seq) < (right.finishedMilliseconds, right.seq)
        }
    }

    /// Everything up to here was removed, or had to stay.
    var position = Position.beginning
    private var begunAt = ContinuousClock.now

    /// What had to stay may be removed later, when another success has become the last one.
    static let restartInterval = Duration.seconds(3_600)

    /// Where to go on; from the beginning now and then.
    mutating func next(at now: ContinuousClock.Instant) -> Position {
        if now - begunAt >= Self.restartInterval { (position, begunAt) = (.beginning, now) }
        return position
    }
}
