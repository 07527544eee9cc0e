import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Turns due events into executions and their deliveries, with one transaction for each batch.
public struct DueHandler: MessageHandler {
    private let store: any DispatchStore
    private let time: any TimeSource
    private let logger: Logger
    private let created: Counter
    private let skipped: [DispatchDecision.SkipReason: Counter]

    private static let pageSize = 1_000

    public init(store: any DispatchStore, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
        created = Counter(label: "belfry_executions_created_total", dimensions: [])
        skipped = Dictionary(
            uniqueKeysWithValues: DispatchDecision.SkipReason.allCases.map {
                ($0, Counter(label: "belfry_occurrences_skipped_total", dimensions: [("reason", $0.rawValue)]))
            })
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let now = time.now()
        let read = batch.decoded { message throws(UnreadableMessage) in
            let due = try message.decoded(as: ScheduleDue.self)
            try PlausibleTime.check(due.occurrence, "the occurrence", now: now)
            return (due: due, schedule: try Self.schedule(of: due), mayHaveBeenHandled: message.mayHaveBeenHandled)
        }
        var new: [NewExecution] = []
        for event in read.messages {
            new += try await executions(for: event.due, event.schedule, now: now).map {
                NewExecution(job: $0.job, execution: $0.execution, mayHaveBeenHandled: event.mayHaveBeenHandled)
            }
        }
        let recorded = try await NewExecution.record(new, in: store, time: time)
        created.increment(by: recorded.count { $0.execution.isNew })
        let messages = recorded.flatMap { $0.execution.messages(job: $0.job, isBulk: false) }
        return HandledBatch(messages: messages, dead: read.dead)
    }

    private static func schedule(of due: ScheduleDue) throws(UnreadableMessage) -> Schedule {
        do {
            return try due.schedule.parsed()
        } catch {
            throw UnreadableMessage("“\(due.schedule.expression)” is not a schedule: \(error)")
        }
    }

    /// The executions that a due event leads to, one for each job of its shard that runs or misses the occurrence.
    ///
    /// Lateness is judged now: whichever part of Belfry was down, an occurrence that is handled late is a misfire. The
    /// first decision stands, since an execution that exists is left as it is.
    private func executions(
        for due: ScheduleDue, _ schedule: Schedule, now: Instant
    ) async throws(StoreError) -> [(job: Job, execution: Execution)] {
        // The ticker's clock may be a little ahead of this one.
        let judgedAt = max(now, min(due.tickedAt, now.adding(milliseconds: ClockGuard.leapMaxMilliseconds)))
        let next = schedule.next(after: due.occurrence)
        let shard = Shard(index: due.shard, of: due.shardCount)
        var found: [(job: Job, execution: Execution)] = []
        var after: JobID?
        while true {
            let page = try await store.jobs(with: due.schedule, in: shard, after: after, limit: Self.pageSize)
            for stored in page {
                let decision = DispatchDecision.decide(
                    stored.job, effectiveAfter: stored.effectiveAfter, occurrence: due.occurrence,
                    nextOccurrence: next, judgedAt: judgedAt)
                if case .skip(let reason) = decision {
                    countSkipped(stored.job.name, due.occurrence, reason)
                    continue
                }
                let execution = Execution.scheduled(
                    stored.job, at: due.occurrence, judgedAt: judgedAt, decision: decision, now: now)
                found.append((stored.job, execution))
            }
            guard page.count == Self.pageSize, let last = page.last else { return found }
            after = last.id
        }
    }

    private func countSkipped(_ job: JobName, _ occurrence: Instant, _ reason: DispatchDecision.SkipReason) {
        skipped[reason]?.increment()
        logger.debug(
            "skipped an occurrence",
            metadata: ["job": "\(job)", "occurrence": "\(occurrence.rfc3339)", "reason": "\(reason.rawValue)"])
    }
}
