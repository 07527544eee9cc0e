public import JobCore

/// A schedule that is due for an occurrence, and a part of its jobs.
public struct DueShard: Sendable, Equatable {
    public var key: ScheduleKey
    public var occurrence: Instant
    /// From 0, below `shardCount`.
    public var shard: Int
    public var shardCount: Int
}
