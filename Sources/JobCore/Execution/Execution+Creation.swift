extension Execution {
    /// A new execution for an occurrence of its job's schedule. `tickedAt` is when the occurrence was found due.
    ///
    /// Until the execution is delivered, its ttl counts from the occurrence. For a misfire that still runs it counts
    /// from `tickedAt`: counted from the occurrence, the ttl would often pass before the delivery.
    public static func scheduled(
        _ job: Job, at occurrence: Instant, tickedAt: Instant, isMissed: Bool, now: Instant
    ) -> Execution {
        var execution = pending(
            id(of: job.name.id, at: occurrence), of: job, occurrence: occurrence,
            ttlFrom: Misfire.isMisfire(occurrence, tickedAt: tickedAt) ? tickedAt : occurrence, now: now)
        if isMissed { execution.state = .over(.missed, at: now, ttlSeconds: job.ttlSeconds) }
        return execution
    }

    /// A new execution that a person or a program requested.
    public static func requested(
        _ id: ExecutionID, of job: Job, at requestedAt: Instant, payload: String?, retryOf: ExecutionID?, now: Instant
    ) -> Execution {
        var execution = pending(id, of: job, occurrence: requestedAt, ttlFrom: requestedAt, now: now)
        execution.trigger = retryOf == nil ? .manual : .retry
        execution.payload = payload
        execution.retryOf = retryOf
        return execution
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
