extension Execution {
    /// An execution that is created at most this long after its occurrence is prompt.
    private static let promptMaxMilliseconds: Int64 = 1_000

    /// A test that was requested longer ago than this is not made: longer than anybody waits for its end.
    private static let testAgeMaxMilliseconds: Int64 = 30_000

    /// A new execution for an occurrence of its job's schedule, which is handled at `judgedAt`. One that runs in turn
    /// is buffered, until the store finds that no run of its job is open.
    public static func scheduled(
        _ job: Job, at occurrence: Instant, judgedAt: Instant, decision: DispatchDecision, now: Instant
    ) -> Execution {
        var execution = pending(
            id(of: job.name.id, at: occurrence), of: job, occurrence: occurrence,
            ttlFrom: ttlStart(of: occurrence, judgedAt: judgedAt), now: now)
        switch decision {
        case .runInTurn: return execution.buffered()
        case .miss: execution.state = .over(.missed, at: now, ttlSeconds: job.ttlSeconds)
        case .run, .skip: break
        }
        return execution
    }

    /// A new execution that a person or a program requested.
    public static func requested(
        _ id: ExecutionID, of job: Job, at requestedAt: Instant, payload: String?, retryOf: ExecutionID?, now: Instant
    ) -> Execution {
        var execution = pending(
            id, of: job, occurrence: requestedAt, ttlFrom: ttlStart(of: requestedAt, judgedAt: now), now: now)
        execution.trigger = retryOf == nil ? .manual : .retry
        execution.payload = payload
        execution.retryOf = retryOf
        return execution
    }

    /// A new execution that tries out the target of a job that is put; `job` is `Job.forTest`. One that is handled so
    /// late that nobody waits for its end any more is missed.
    public static func test(_ id: ExecutionID, of job: Job, at requestedAt: Instant, now: Instant) -> Execution {
        var execution = pending(
            id, of: job, occurrence: requestedAt, ttlFrom: ttlStart(of: requestedAt, judgedAt: now), now: now)
        execution.trigger = .test
        if now.milliseconds(since: requestedAt) > testAgeMaxMilliseconds {
            execution.state = .over(.missed, at: now, ttlSeconds: job.ttlSeconds)
        }
        return execution
    }

    /// Until an execution is delivered, its ttl counts from the occurrence, or from when it was handled, if that was
    /// late: no outage before the execution exists may use up its ttl.
    private static func ttlStart(of occurrence: Instant, judgedAt: Instant) -> Instant {
        judgedAt.milliseconds(since: occurrence) > promptMaxMilliseconds ? judgedAt : occurrence
    }

    private static func pending(
        _ id: ExecutionID, of job: Job, occurrence: Instant, ttlFrom: Instant, now: Instant
    ) -> Execution {
        Execution(
            id: id, jobID: job.name.id, jobName: job.name, occurrence: occurrence, createdAt: now,
            isExclusive: job.isExclusive, schedule: job.schedule.expression,
            state: .pending(
                from: ttlFrom, ttlSeconds: job.ttlSeconds,
                heartbeatIntervalSeconds: job.effectiveHeartbeatIntervalSeconds),
            attemptDueAt: now)
    }
}
