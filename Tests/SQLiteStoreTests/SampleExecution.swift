import JobCore

/// A pending execution of an exclusive job, for the minute `minute` of the samples' time.
func sampleExecution(minute: Int64 = 0) -> Execution {
    let name = JobName(service: "billing", job: "invoices")
    let occurrence = Instant(secondsSinceEpoch: 1_900_000_000 + minute * 60)
    return Execution(
        id: Execution.id(of: name.id, at: occurrence), jobID: name.id, jobName: name, occurrence: occurrence,
        createdAt: occurrence, isExclusive: true, schedule: "rate(1 minute)",
        state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30),
        attemptDueAt: occurrence)
}
