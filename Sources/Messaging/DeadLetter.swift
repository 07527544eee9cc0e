public import JobCore

/// Identifies a dead letter by what it is: its work queue, message id, origin and body. A letter that is replayed and
/// fails again keeps its id. Letters that are the same in all of these share it.
public typealias DeadLetterID = Identifier<DeadLetter>

/// A dead letter as people see it, without its body.
public struct DeadLetter: Sendable, Equatable, Codable {
    public var id: DeadLetterID
    /// The work queue whose dead letter it is, without the prefix.
    public var queue: String
    /// The exchange that the message was first published to; nil if nothing tells.
    public var originExchange: String?
    /// The routing key that it was first published with; nil if nothing tells.
    public var originRoutingKey: String?
    /// A `DeadLetterReason`, or the broker's reason for a letter that the broker has dead-lettered: `delivery_limit`,
    /// `rejected` (it was too large to be read), `expired`, `maxlen`; `unknown` if nothing tells.
    public var reason: String
    /// The error behind the reason, for people.
    public var error: String?
    /// How often a stage has had the message in hand before it became a dead letter; for a delivery that was refused,
    /// the attempts at its target.
    public var attempts: Int?
    /// How often it was replayed.
    public var replays: Int
    /// When it first became a dead letter.
    public var firstDeadAt: Instant?
    /// When it became a dead letter last.
    public var lastDeadAt: Instant?
    /// The AMQP `message-id`.
    public var messageID: String?
    /// The service that it is about, if its body tells.
    public var service: String?
    /// The job's name within its service, if its body tells.
    public var job: String?
    /// The execution that it is about, if its body or its headers tell.
    public var executionID: ExecutionID?
    public var bodyBytes: Int
    /// The message's own headers, without those of brokers and those that make it a dead letter.
    public var headers: [String: String]

    public init(
        id: DeadLetterID, queue: String, reason: String, replays: Int = 0, bodyBytes: Int,
        headers: [String: String] = [:]
    ) {
        self.id = id
        self.queue = queue
        self.reason = reason
        self.replays = replays
        self.bodyBytes = bodyBytes
        self.headers = headers
    }

    private enum CodingKeys: String, CodingKey {
        case id, queue, reason, error, attempts, replays, service, job, headers
        case originExchange = "origin_exchange"
        case originRoutingKey = "origin_routing_key"
        case firstDeadAt = "first_dead_at_ms"
        case lastDeadAt = "last_dead_at_ms"
        case messageID = "message_id"
        case executionID = "execution_id"
        case bodyBytes = "body_bytes"
    }
}
