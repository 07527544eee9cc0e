public import JobCore

/// `schedule.due`: this schedule (not job) is due for this occurrence.
public struct ScheduleDue: PipelineMessage, Hashable, Codable {
    public var schedule: ScheduleKey
    public var occurrence: Instant
    /// When the ticker found the schedule due.
    public var tickedAt: Instant
    /// This message is about shard `shard` (from 0) of `shardCount` of the schedule's jobs.
    public var shard: Int
    public var shardCount: Int

    public init(schedule: ScheduleKey, occurrence: Instant, tickedAt: Instant, shard: Int, shardCount: Int) {
        self.schedule = schedule
        self.occurrence = occurrence
        self.tickedAt = tickedAt
        self.shard = shard
        self.shardCount = shardCount
    }

    public var routingKey: String { RoutingKey.scheduleDue }
    public var messageID: String? { MessageID.scheduleDue(schedule, at: occurrence, shard: shard) }

    private enum CodingKeys: String, CodingKey {
        case schedule
        case occurrence = "occurrence_ms"
        case tickedAt = "ticked_at_ms"
        case shard
        case shardCount = "shard_count"
    }
}
