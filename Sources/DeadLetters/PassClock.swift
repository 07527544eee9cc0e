import JobCore

/// How long a pass may go on.
///
/// To skip the letters of earlier passes counts apart from the pass's work: otherwise no pass would reach a letter that
/// is deeper in its queue than one pass can read. Both together are shorter than the asker waits.
struct PassClock {
    static let workLimitMilliseconds: Int64 = 20_000
    static let skipLimitMilliseconds: Int64 = 25_000

    private let time: any TimeSource
    private let begunAt: Int64
    private var workBegunAt: Int64?

    init(_ time: any TimeSource) {
        self.time = time
        begunAt = time.monotonicMilliseconds()
    }

    /// The skipping is over. Only the first call counts.
    mutating func beginWork() {
        if workBegunAt == nil { workBegunAt = time.monotonicMilliseconds() }
    }

    var isOver: Bool {
        let now = time.monotonicMilliseconds()
        guard let workBegunAt else { return now - begunAt >= Self.skipLimitMilliseconds }
        return now - workBegunAt >= Self.workLimitMilliseconds
    }
}
