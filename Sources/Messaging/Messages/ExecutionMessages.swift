public import JobCore

/// `execution.expired`: a deadline has passed.
public struct ExecutionExpired: Sendable, Hashable, Codable {
    public var executionID: ExecutionID
    public var expiry: Expiry
    public var noticedAt: Instant

    public init(executionID: ExecutionID, expiry: Expiry, noticedAt: Instant) {
        self.executionID = executionID
        self.expiry = expiry
        self.noticedAt = noticedAt
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case expiry = "deadline"
        case noticedAt = "noticed_at_ms"
    }
}

/// `execution.cancelled`: a person or a program ended the run.
public struct ExecutionCancelled: Sendable, Hashable, Codable {
    public var executionID: ExecutionID
    public var cancelledAt: Instant

    public init(executionID: ExecutionID, cancelledAt: Instant) {
        self.executionID = executionID
        self.cancelledAt = cancelledAt
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case cancelledAt = "cancelled_at_ms"
    }
}

/// `execution.started`, `.progressed`, `.finished`: the event fork, for whoever binds a queue to it.
public struct ExecutionChanged: Sendable, Hashable, Codable {
    public var executionID: ExecutionID
    public var name: JobName
    public var occurrence: Instant
    public var status: ExecutionStatus
    public var reason: FailureReason?
    public var progress: Int?
    public var summary: String?
    public var correlationID: String?

    public init(
        executionID: ExecutionID, name: JobName, occurrence: Instant, status: ExecutionStatus,
        reason: FailureReason?, progress: Int?, summary: String?, correlationID: String?
    ) {
        self.executionID = executionID
        self.name = name
        self.occurrence = occurrence
        self.status = status
        self.reason = reason
        self.progress = progress
        self.summary = summary
        self.correlationID = correlationID
    }

    /// The message for an event of this execution.
    public static func message(_ event: ExecutionEvent, of execution: Execution) throws -> OutboundMessage {
        let body = ExecutionChanged(
            executionID: execution.id, name: execution.name, occurrence: execution.occurrence,
            status: execution.state.status, reason: execution.state.reason, progress: execution.state.progress,
            summary: execution.outcome.summary, correlationID: execution.outcome.correlationID)
        return OutboundMessage(
            routingKey: "execution.\(event.rawValue)", id: "\(execution.id)/\(event.rawValue)",
            body: try MessageCoder.encode(body), isMandatory: false)
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case name
        case occurrence = "occurrence_ms"
        case status, reason, progress, summary
        case correlationID = "correlation_id"
    }
}

/// `job.changed`: a job was put or deleted.
public struct JobChanged: Sendable, Hashable, Codable {
    public var name: JobName
    public var isDeleted: Bool
    public var changedAt: Instant

    public init(name: JobName, isDeleted: Bool, changedAt: Instant) {
        self.name = name
        self.isDeleted = isDeleted
        self.changedAt = changedAt
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case isDeleted = "deleted"
        case changedAt = "changed_at_ms"
    }
}
