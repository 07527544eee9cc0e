public import JobCore

/// `job.changed`: an event for subscribers. A job was put or deleted.
public struct JobChanged: PipelineMessage, Hashable, Codable {
    public var jobName: JobName
    public var isDeleted: Bool
    public var changedAt: Instant

    public init(jobName: JobName, isDeleted: Bool, changedAt: Instant) {
        self.jobName = jobName
        self.isDeleted = isDeleted
        self.changedAt = changedAt
    }

    public static var exchange: Exchange { .events }
    public static var isMandatory: Bool { false }
    public var routingKey: String { RoutingKey.jobChanged }
    public var messageID: String? { MessageID.jobChanged(jobName.id, at: changedAt) }

    private enum CodingKeys: String, CodingKey {
        case jobName = "job"
        case isDeleted = "deleted"
        case changedAt = "changed_at_ms"
    }
}
