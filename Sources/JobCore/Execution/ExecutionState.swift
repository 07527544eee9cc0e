/// The part of an execution that decides how it answers a report. The rest is only recorded.
public struct ExecutionState: Sendable, Equatable {
    /// A run may be silent for this number of its heartbeat intervals; then it fails, reason `heartbeat`. Two, so that
    /// one lost heartbeat fails no run.
    public static let silentIntervalsMax: Int64 = 2

    /// A timeout is noticed this long after its deadline. A callback that was received in time and answered 202 is
    /// confirmed within `confirmMaxMilliseconds`, so it stands before the expiry in their line.
    public static let expiryGraceMilliseconds: Int64 = 3_000

    /// A callback that the broker has not confirmed this long after it was received is answered 503.
    public static let confirmMaxMilliseconds: Int64 = 2_000

    public var status: ExecutionStatus
    public var reason: FailureReason?
    public var ttlSeconds: Int64
    public var heartbeatIntervalSeconds: Int64
    /// After this instant the execution fails, reason `ttl`, even if heartbeats arrive.
    public var ttlDeadline: Instant
    /// True once a callback has moved the ttl's deadline: a late `delivery.accepted` must not move it back.
    public var isExtended: Bool
    /// True while the execution waits for the end of its exclusive job's open run. Then it is pending, nothing of it is
    /// delivered, and no deadline of its passes.
    public var isBuffered: Bool
    /// When the service accepted the invocation.
    public var invokedAt: Instant?
    /// The report of the accepted invocation.
    public var invokedBy: ReportID?
    /// When a callback endpoint received the first and the latest `processing` callback.
    public var firstHeartbeatAt: Instant?
    public var lastHeartbeatAt: Instant?
    /// 0 to 100.
    public var progress: Int?
    public var finishedAt: Instant?
    /// The report that ended the execution.
    public var finishedBy: ReportID?

    public init(
        status: ExecutionStatus, reason: FailureReason? = nil, ttlSeconds: Int64, heartbeatIntervalSeconds: Int64,
        ttlDeadline: Instant, isExtended: Bool = false, isBuffered: Bool = false, invokedAt: Instant? = nil,
        invokedBy: ReportID? = nil, firstHeartbeatAt: Instant? = nil, lastHeartbeatAt: Instant? = nil,
        progress: Int? = nil, finishedAt: Instant? = nil, finishedBy: ReportID? = nil
    ) {
        self.status = status
        self.reason = reason
        self.ttlSeconds = ttlSeconds
        self.heartbeatIntervalSeconds = heartbeatIntervalSeconds
        self.ttlDeadline = ttlDeadline
        self.isExtended = isExtended
        self.isBuffered = isBuffered
        self.invokedAt = invokedAt
        self.invokedBy = invokedBy
        self.firstHeartbeatAt = firstHeartbeatAt
        self.lastHeartbeatAt = lastHeartbeatAt
        self.progress = progress
        self.finishedAt = finishedAt
        self.finishedBy = finishedBy
    }

    /// The state of a new execution. Nothing is delivered yet, so the ttl counts from `start`: the occurrence, or the
    /// instant at which it was handled, if that was late.
    public static func pending(
        from start: Instant, ttlSeconds: Int64, heartbeatIntervalSeconds: Int64
    ) -> ExecutionState {
        ExecutionState(
            status: .pending, ttlSeconds: ttlSeconds, heartbeatIntervalSeconds: heartbeatIntervalSeconds,
            ttlDeadline: start.adding(seconds: ttlSeconds))
    }

    /// The state of an execution that never runs: it has failed at its creation, for `reason`.
    public static func over(_ reason: FailureReason, at now: Instant, ttlSeconds: Int64) -> ExecutionState {
        ExecutionState(
            status: .fail, reason: reason, ttlSeconds: ttlSeconds, heartbeatIntervalSeconds: 0, ttlDeadline: now,
            finishedAt: now)
    }

    /// The instant after which silence is a timeout: `silentIntervalsMax` heartbeat intervals after the latest sign
    /// of life of the service. Nil while nothing was delivered, and after the end.
    public var heartbeatDeadline: Instant? {
        guard status == .invoked || status == .processing,
            let last = [invokedAt, lastHeartbeatAt].compactMap(\.self).max()
        else { return nil }
        return last.adding(seconds: silenceMaxSeconds)
    }

    private var silenceMaxSeconds: Int64 { Self.silentIntervalsMax * heartbeatIntervalSeconds }

    /// A deadline, moved by outages of ours: a run that could not call back is given the time of a silence from when it
    /// could again, and a run that could not be delivered is given its whole ttl. Nil when there is no such deadline.
    ///
    /// `ExpiryStore.overdue` finds executions by the same rule.
    public func deadline(of expiry: Expiry, after progress: LineProgress) -> Instant? {
        guard !status.isFinal else { return nil }
        if status == .pending {
            guard expiry == .ttl, let deliverableSince = progress.deliverableSince else { return nil }
            return max(ttlDeadline, deliverableSince.adding(seconds: ttlSeconds))
        }
        guard let own = expiry == .ttl ? ttlDeadline : heartbeatDeadline, let reachableSince = progress.reachableSince
        else { return nil }
        return max(own, reachableSince.adding(seconds: silenceMaxSeconds))
    }

    /// The earlier of the two deadlines: without another report the execution fails then. Nil after the end.
    public var deadline: Instant? {
        guard !status.isFinal else { return nil }
        return min(ttlDeadline, heartbeatDeadline ?? ttlDeadline)
    }
}
