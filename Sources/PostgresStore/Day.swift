import JobCore

/// The partitions of executions: days, counted from 1970-01-01 (UTC), on which they ended.
enum Day {
    /// The partition of open executions.
    static let open: Int64 = -1
    /// The partition of last successes that are older than the history.
    static let kept: Int64 = -2

    private static let milliseconds: Int64 = 86_400_000

    static func of(_ instant: Instant) -> Int64 { max(0, instant.millisecondsSinceEpoch) / milliseconds }
}
