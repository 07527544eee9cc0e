import JobCore
import Store
import Testing

// Sample jobs and executions, and short forms of the calls that many scenarios make.

/// The time in a scenario, unless it says otherwise.
let start = Instant(secondsSinceEpoch: 1_900_000_000)
let everyMinute = ScheduleKey("rate(1 minute)")

func sampleJob(
    _ name: String = "invoices", service: String = "billing", isEnabled: Bool = true, isExclusive: Bool = false,
    schedule: ScheduleKey = everyMinute
) -> Job {
    Job(
        name: JobName(service: service, job: name), isEnabled: isEnabled, isExclusive: isExclusive,
        target: InvocationTarget(kind: .http, address: "https://example.com/hook?a=1"),
        payload: "{\"text\": \"grüß dich\"}", schedule: schedule, ttlSeconds: 300, retry: RetryPolicy(maxAttempts: 2),
        headers: ["x-tenant": "7"], misfire: .all, startAt: start, tags: ["nightly"], description: "Sends them.")
}

/// A pending execution of a job, for the minute `minute` after `start`; ttl 300 s, heartbeat interval 30 s.
func sampleExecution(of job: Job = sampleJob(), minute: Int64 = 0) -> Execution {
    let occurrence = start.adding(seconds: minute * 60)
    return Execution(
        id: Execution.id(of: job.name.id, at: occurrence), jobID: job.name.id, jobName: job.name,
        occurrence: occurrence,
        createdAt: occurrence.adding(milliseconds: 5), isExclusive: job.isExclusive,
        schedule: job.schedule.expression, payload: nil,
        state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30),
        attemptDueAt: occurrence)
}

extension Execution {
    mutating func invoke(at instant: Instant) {
        state.status = .invoked
        state.invokedAt = instant
        state.invokedBy = ReportID(rawValue: -1)
        state.ttlDeadline = instant.adding(seconds: state.ttlSeconds)
    }

    mutating func heartbeat(at instant: Instant, progress: Int? = nil) {
        state.status = .processing
        state.firstHeartbeatAt = state.firstHeartbeatAt ?? instant
        state.lastHeartbeatAt = instant
        state.progress = progress
    }

    mutating func end(_ status: ExecutionStatus, _ reason: FailureReason? = nil, at instant: Instant = start) {
        state.status = status
        state.reason = reason
        state.finishedAt = instant
        state.finishedBy = ReportID(rawValue: 42)
    }
}

extension DispatchStore {
    @discardableResult
    func create(_ execution: Execution) async throws -> RecordedExecution {
        try #require(try await create([execution], now: start).first)
    }

    /// Creates executions of which none is on record in a form that can't be read.
    @discardableResult
    func create(_ executions: [Execution], now: Instant) async throws -> [RecordedExecution] {
        try await create(executions, now: { now }).map { try #require($0) }
    }
}

extension ReportStore {
    /// An update of the first line that leaves its progress as it is.
    func write(
        _ ids: [ExecutionID], _ change: @escaping @Sendable ([ExecutionID: Execution]) -> [ExecutionChange]
    ) async throws {
        _ = try await update(ids, of: ReportLine.allCases[0]) { loaded, progress in
            ReportDecision(changes: change(loaded), decidedAt: start, progress: progress, answer: ())
        }
    }

    /// The executions that an update loads.
    func loaded(_ ids: [ExecutionID]) async throws -> [ExecutionID: Execution] {
        try await update(ids, of: ReportLine.allCases[0]) { loaded, progress in
            ReportDecision(changes: [], decidedAt: start, progress: progress, answer: loaded)
        }.answer
    }

    func rewrite(_ id: ExecutionID, _ change: @escaping @Sendable (inout Execution) -> Void) async throws {
        try await write([id]) { loaded in
            loaded.values.map { execution in
                var execution = execution
                change(&execution)
                return ExecutionChange.rewritten(execution)
            }
        }
    }

    func heartbeat(_ id: ExecutionID, at instant: Instant, progress: Int? = nil) async throws {
        try await write([id]) { loaded in
            loaded.values.map { execution in
                var execution = execution
                execution.heartbeat(at: instant, progress: progress)
                return ExecutionChange.heartbeat(execution)
            }
        }
    }
}

extension ExpiryStore {
    /// The overdue executions if nothing was ever down.
    func overdue(at instant: Instant, limit: Int = 100) async throws -> [OverdueExecution] {
        let begun = Instant(millisecondsSinceEpoch: 0)
        return try await overdue(
            at: instant,
            progress: LineProgress(
                reachableSince: begun, latestSignAt: instant, deliverableSince: begun,
                latestMarkAt: instant.adding(milliseconds: ExecutionState.expiryGraceMilliseconds)),
            limit: limit)
    }
}
