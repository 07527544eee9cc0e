public import JobCore

/// Which dead letters a request is about. A letter must meet every condition that is there.
///
///     DeadLetterFilter(queues: [.courierDeliveries], service: "billing")
public struct DeadLetterFilter: Sendable, Equatable, Codable {
    /// Those of these work queues; of all of them if it is empty.
    public var queues: [WorkQueue]
    /// The letter with this id.
    public var id: DeadLetterID?
    /// The service that the letter is about, if its body tells.
    public var service: String?
    /// The job's name within its service.
    public var job: String?
    /// A `DeadLetterReason`, or a reason of the broker.
    public var reason: String?
    /// A text that the error contains, in upper or lower case.
    public var error: String?
    /// Letters that became dead letters last before this instant.
    public var before: Instant?

    public init(
        queues: [WorkQueue] = [], id: DeadLetterID? = nil, service: String? = nil, job: String? = nil,
        reason: String? = nil, error: String? = nil, before: Instant? = nil
    ) {
        self.queues = queues
        self.id = id
        self.service = service
        self.job = job
        self.reason = reason
        self.error = error
        self.before = before
    }

    private enum CodingKeys: String, CodingKey {
        case queues, id, service, job, reason, error
        case before = "before_ms"
    }
}
