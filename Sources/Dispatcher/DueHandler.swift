internal import CoreMetrics
public import JobCore
public import Store
public import Logging
public import Messaging
internal import StageKit

/// Turns due events into executions and their deliveries: one transaction a batch.
public struct DueHandler: MessageHandler {
    private let store: any DispatchStore
    private let time: any TimeSource
    private let logger: Logger
    private let created: Counter
    private let passed: [DispatchDecision.Reason: Counter]

    private static let pageSize = 1_000

    public init(store: any DispatchStore, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
        created = Counter(label: "belfry_executions_created_total", dimensions: [])
        passed = Dictionary(
            uniqueKeysWithValues: DispatchDecision.Reason.allCases.map {
                ($0, Counter(label: "belfry_occurrences_passed_total", dimensions: [("reason", $0.rawValue)]))
            })
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        var result = HandledBatch()
        var jobs: [Job] = []
        var executions: [Execution] = []
        let onRecord: [RecordedExecution]
        let now = time.now()
        do throws(StoreError) {
            for (index, message) in batch.enumerated() {
                let due: ScheduleDue
                let schedule: Schedule
                do {
                    due = try MessageCoder.decode(ScheduleDue.self, from: message.body)
                    schedule = try due.schedule.parsed()
                } catch {
                    result.dead.append(.init(index: index, reason: .unreadable, error: "\(error)"))
                    continue
                }
                for (job, execution) in try await dispatch(due, schedule, now: now) {
                    jobs.append(job)
                    executions.append(execution)
                }
            }
            onRecord = try await store.create(executions, now: now)
        } catch {
            throw HandlingError(error)
        }
        created.increment(by: onRecord.count { $0.isNew })
        precondition(onRecord.count == jobs.count, "the store answers every execution that it was given")
        for (job, created) in zip(jobs, onRecord) { result.messages += try Deliveries.messages(for: created, job: job) }
        return result
    }

    /// The executions that a due event leads to.
    private func dispatch(
        _ due: ScheduleDue, _ schedule: Schedule, now: Instant
    ) async throws(StoreError) -> [(Job, Execution)] {
        let next = schedule.next(after: due.occurrence)
        let shard = Shard(index: due.shard, of: due.shardCount)
        var found: [(Job, Execution)] = []
        var after: JobID?
        while true {
            let page = try await store.jobs(with: due.schedule, in: shard, after: after, limit: Self.pageSize)
            for stored in page {
                // An occurrence after the job's end supersedes none of its own.
                let lastOwn = min(due.tickedAt, stored.job.endAt ?? due.tickedAt)
                let isSuperseded = next.map { $0 <= lastOwn } ?? false
                let decision = DispatchDecision.decide(
                    stored, occurrence: due.occurrence, tickedAt: due.tickedAt, isSuperseded: isSuperseded)
                if case .pass(let reason) = decision {
                    passed[reason]?.increment()
                    logger.debug(
                        "passed over an occurrence",
                        metadata: [
                            "job": "\(stored.job.name)", "occurrence": "\(due.occurrence.rfc3339)",
                            "reason": "\(reason.rawValue)",
                        ])
                    continue
                }
                let execution = Execution.new(
                    Execution.id(of: stored.id, at: due.occurrence), of: stored.job, occurrence: due.occurrence,
                    ttlFrom: DispatchDecision.ttlStart(occurrence: due.occurrence, tickedAt: due.tickedAt), now: now,
                    schedule: due.schedule.expression, isMissed: decision == .miss)
                found.append((stored.job, execution))
            }
            guard page.count == Self.pageSize, let last = page.last else { return found }
            after = last.id
        }
    }
}
