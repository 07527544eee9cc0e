public import JobCore

/// `schedule.due`: this schedule (not job) is due for this occurrence.
public struct ScheduleDue: Sendable, Hashable, Codable {
    public var schedule: ScheduleKey
    public var occurrence: Instant
    /// When the ticker found it due: what makes an occurrence late, however long this message waits afterwards.
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

    private enum CodingKeys: String, CodingKey {
        case schedule
        case occurrence = "occurrence_ms"
        case tickedAt = "ticked_at_ms"
        case shard
        case shardCount = "shard_count"
    }
}

/// `run.requested`: run this job now, or deliver a pending execution once more.
public struct RunRequested: Sendable, Hashable, Codable {
    public var executionID: ExecutionID
    public var name: JobName
    public var requestedAt: Instant
    /// In place of the job's own payload.
    public var payload: String?
    public var retryOf: ExecutionID?

    public init(
        executionID: ExecutionID, name: JobName, requestedAt: Instant, payload: String? = nil,
        retryOf: ExecutionID? = nil
    ) {
        self.executionID = executionID
        self.name = name
        self.requestedAt = requestedAt
        self.payload = payload
        self.retryOf = retryOf
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case name
        case requestedAt = "requested_at_ms"
        case payload
        case retryOf = "retry_of"
    }
}

/// `ticker.baton`: whoever holds it ticks. There is one.
public struct Baton: Sendable, Hashable, Codable {
    /// The last instant ticked.
    public var cursor: Instant

    public init(cursor: Instant) {
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey { case cursor = "cursor_ms" }
}
