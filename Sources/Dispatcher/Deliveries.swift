internal import JobCore
internal import Store
internal import Messaging

/// What the dispatcher says about executions that are on record now, the first time and every time after.
enum Deliveries {
    /// A pending execution is delivered. One that was over as it began is told to the event fork. One that is already
    /// running, or has ended since, needs no word from here.
    static func messages(for created: RecordedExecution, job: Job) throws -> [OutboundMessage] {
        let execution = created.execution
        switch execution.state.status {
        case .pending: return [try request(execution, job: job, lastSuccess: created.lastSuccess)]
        case .fail where execution.state.reason == .locked || execution.state.reason == .missed:
            return [try ExecutionChanged.message(.finished, of: execution)]
        case .invoked, .processing, .success, .fail: return []
        }
    }

    private static func request(_ execution: Execution, job: Job, lastSuccess: LastSuccess?) throws -> OutboundMessage {
        let attempt = (execution.attempts.map(\.number).max() ?? 0) + 1
        let request = DeliveryRequested(
            executionID: execution.id, name: execution.name, occurrence: execution.occurrence,
            attempt: attempt, target: job.target, headers: job.headers, payload: execution.payload ?? job.payload,
            schedule: job.schedule.expression, ttlSeconds: execution.state.ttlSeconds,
            heartbeatIntervalSeconds: execution.state.heartbeatIntervalSeconds, timeoutSeconds: job.timeoutSeconds,
            retry: job.retry, deadline: execution.state.ttlDeadline, lastSuccess: lastSuccess,
            isExclusive: execution.isExclusive, retryOf: execution.retryOf)
        return OutboundMessage(
            routingKey: RoutingKey.deliveryRequested, id: "\(execution.id)/\(attempt)",
            body: try MessageCoder.encode(request))
    }
}

extension Execution {
    /// A new execution of this job. `ttlFrom` is what its ttl counts from until it is delivered.
    static func new(
        _ id: ExecutionID, of job: Job, occurrence: Instant, ttlFrom: Instant, now: Instant, schedule: String,
        payload: String? = nil, retryOf: ExecutionID? = nil, isMissed: Bool = false
    ) -> Execution {
        let state: ExecutionState =
            isMissed
            ? .over(.missed, at: now, ttlSeconds: job.ttlSeconds)
            : .pending(
                from: ttlFrom, ttlSeconds: job.ttlSeconds,
                heartbeatIntervalSeconds: job.effectiveHeartbeatIntervalSeconds)
        return Execution(
            id: id, jobID: job.name.id, name: job.name, occurrence: occurrence, createdAt: now,
            isExclusive: job.isExclusive, schedule: schedule, payload: payload, state: state, attemptDueAt: now,
            retryOf: retryOf)
    }
}
