public import JobCore

/// `delivery.requested`: deliver this invocation to its service. The message holds all that courierd needs, since
/// courierd has no store.
public struct DeliveryRequested: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var jobName: JobName
    public var occurrence: Instant
    /// The number of this attempt, from 1.
    public var attempt: Int
    public var target: InvocationTarget
    public var headers: [String: String]
    public var payload: String?
    public var schedule: String
    public var ttlSeconds: Int64
    public var heartbeatIntervalSeconds: Int64
    public var timeoutSeconds: Int64
    public var retry: RetryPolicy
    /// No attempt begins after this instant.
    public var deadline: Instant
    /// When the dispatcher asked the record. A courier that takes the delivery much later has it asked again, since the
    /// run may have ended meanwhile. Nil: it need not be asked again.
    public var requestedAt: Instant?
    /// Nil unless the job is exclusive.
    public var lastSuccess: LastSuccess?
    public var isExclusive: Bool
    public var retryOf: ExecutionID?
    /// Why the execution exists. Nil in a message of an earlier version.
    public var trigger: Trigger?
    /// Its service has more deliveries due than its share: the delivery goes through the queue and the window of the
    /// bulk, behind which no other service's deliveries wait.
    public var isBulk = false
    /// It tries out the target: the webhook's body says so.
    public var isTest = false
    /// What the webhook is signed with. courierd can open the sealed ones, and the dispatcher can't.
    public var secrets = ServiceSecrets.derived
    /// Not in the body, but in the headers.
    public var deferrals = Deferrals()
    /// Not in the body, but in the headers.
    public var replays = Replays()

    public init(
        executionID: ExecutionID, jobName: JobName, occurrence: Instant, attempt: Int, target: InvocationTarget,
        headers: [String: String], payload: String?, schedule: String, ttlSeconds: Int64,
        heartbeatIntervalSeconds: Int64, timeoutSeconds: Int64, retry: RetryPolicy, deadline: Instant,
        lastSuccess: LastSuccess?, isExclusive: Bool, retryOf: ExecutionID?, trigger: Trigger? = nil
    ) {
        self.executionID = executionID
        self.jobName = jobName
        self.occurrence = occurrence
        self.attempt = attempt
        self.target = target
        self.headers = headers
        self.payload = payload
        self.schedule = schedule
        self.ttlSeconds = ttlSeconds
        self.heartbeatIntervalSeconds = heartbeatIntervalSeconds
        self.timeoutSeconds = timeoutSeconds
        self.retry = retry
        self.deadline = deadline
        self.lastSuccess = lastSuccess
        self.isExclusive = isExclusive
        self.retryOf = retryOf
        self.trigger = trigger
    }

    /// Reads a message. Throws `UnreadableMessage` with the field or the header at fault.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        self = try MessageCoder.decode(Self.self, from: message.body)
        deferrals = try Deferrals(reading: message.headers)
        replays = try Replays(reading: message.headers)
    }

    /// How often couriers had the delivery of this message in hand and returned it, also as another message. So
    /// `CrashGuard` finds a delivery that ends each courier which attempts it, although the record is asked in between.
    /// A replay begins anew.
    public static func returnCount(of message: InboundMessage) -> Int {
        let isJudged = (try? Replays(reading: message.headers))?.isJudged ?? true
        let earlier = isJudged ? message.headers[Header.returnedCount].flatMap(Int.init) : nil
        return message.returnCount + (earlier ?? 0)
    }

    public var routingKey: String { isBulk ? RoutingKey.deliveryRequestedBulk : RoutingKey.deliveryRequested }
    public var messageID: String? { MessageID.delivery(executionID, attempt: attempt) }
    public var messageHeaders: [String: String] { deferrals.headers.merging(replays.headers) { $1 } }

    /// The headers of a message without the ones that carry what a delivery knows of itself.
    public static func foreignHeaders(of headers: [String: String]) -> [String: String] {
        Replays.removed(from: Deferrals.removed(from: headers))
    }
}
