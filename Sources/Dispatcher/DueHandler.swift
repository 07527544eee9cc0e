import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Turns due events into executions and their deliveries, with one transaction for a few of them.
///
/// What one transaction leads to is bounded, whatever the jobs are: a due event whose jobs are more, or larger, is
/// handled in part, and a due event for the rest of its range follows.
public struct DueHandler: MessageHandler {
    private let store: any DispatchStore
    private let time: any TimeSource
    private let logger: Logger
    private let created: Counter
    private let skipped: [DispatchDecision.SkipReason: Counter]

    /// Executions for which a transaction is worth while: with this number, no further due event is begun.
    static let executionsEnough = 750
    /// The executions of one due event in a transaction.
    static let executionsMax = 1_000
    /// The bytes of the jobs that are read for one transaction, unless a single job has more.
    static let bytesMax = MessageLimits.batchBytesMax

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
            var due = try message.decoded(as: ScheduleDue.self)
            try PlausibleTime.check(due.occurrence, "the occurrence", now: now)
            due.mayHaveBeenHandled = due.mayHaveBeenHandled || message.mayHaveBeenHandled
            return (due: due, schedule: try schedule(of: due), message: message)
        }
        var part = Part(pauses: try await pauses(over: read.messages.map(\.due.occurrence), now: now))
        var count: Int?
        for (index, event) in zip(read.indices, read.messages) {
            guard part.new.count < Self.executionsEnough, part.bytes < Self.bytesMax else {
                count = index
                break
            }
            try await handle(event.due, event.schedule, of: event.message, now: now, into: &part)
        }
        let recorded = try await NewExecution.record(part.new, in: store, time: time)
        created.increment(by: recorded.count { $0.execution.isNew })
        let messages = recorded.flatMap { $0.new.messages($0.execution) }
        return HandledBatch(messages: messages + part.rests, dead: read.dead, count: count)
    }

    /// The pauses that may cover these occurrences, or later ones that supersede them. A pause that begins afterwards
    /// covers none that is due by now, so one question for the whole batch is enough.
    private func pauses(over occurrences: [Instant], now: Instant) async throws(StoreError) -> JobPauses {
        guard let first = occurrences.min(), let last = occurrences.max() else { return JobPauses([]) }
        return JobPauses(try await store.pauses(from: first, through: max(last, now)))
    }

    /// Nil if this machine has no usable data of the schedule's time zone, though the ticker's had: the occurrence runs
    /// all the same.
    private func schedule(of due: ScheduleDue) throws(UnreadableMessage) -> Schedule? {
        do {
            return try due.schedule.parsed()
        } catch {
            guard error.part == .timeZone else {
                throw UnreadableMessage("“\(due.schedule.expression)” is not a schedule: \(error)")
            }
            logger.error(
                "a time zone can't be used: an occurrence that is late is taken for the latest one",
                metadata: ["schedule": "\(due.schedule.expression)", "error": "\(error)"])
            return nil
        }
    }

    /// The part of a batch that one transaction handles.
    private struct Part {
        let pauses: JobPauses
        var new: [NewExecution] = []
        /// The bytes of the jobs that were read.
        var bytes = 0
        /// Due events for what is left of their ranges.
        var rests: [OutboundMessage] = []
    }

    /// Adds the executions that a due event leads to, one for each job of its range that runs or misses the occurrence.
    ///
    /// Lateness is judged now: whichever part of Belfry was down, an occurrence that is handled late is a misfire. The
    /// first decision stands, since an execution that exists is left as it is.
    private func handle(
        _ due: ScheduleDue, _ schedule: Schedule?, of message: InboundMessage, now: Instant, into part: inout Part
    ) async throws(StoreError) {
        // The ticker's clock may be a little ahead of this one.
        let judgedAt = max(now, min(due.tickedAt, now.adding(milliseconds: ClockGuard.leapMaxMilliseconds)))
        let next = schedule?.next(after: due.occurrence)
        let end = part.new.count + Self.executionsMax
        var range: JobRange? = due.range
        while let rest = range, part.new.count < end, part.bytes < Self.bytesMax {
            let page = try await store.jobs(
                with: due.schedule, in: rest, limit: end - part.new.count, bytesMax: Self.bytesMax - part.bytes)
            part.bytes += page.bytes
            range = page.rest
            for stored in page.jobs {
                let pauses = part.pauses.concerning(stored.job)
                let decision = DispatchDecision.decide(
                    stored.job, effectiveAfter: stored.effectiveAfter, pauses: pauses, occurrence: due.occurrence,
                    nextOccurrence: pauses.isEmpty ? next : schedule?.next(after: due.occurrence, outside: pauses),
                    judgedAt: judgedAt)
                if case .skip(let reason) = decision {
                    countSkipped(stored.job.name, due.occurrence, reason)
                    continue
                }
                let execution = Execution.scheduled(
                    stored.job, at: due.occurrence, judgedAt: judgedAt, decision: decision, now: now)
                part.new.append(
                    NewExecution(
                        job: stored.job, execution: execution, mayHaveBeenHandled: due.mayHaveBeenHandled,
                        isReplay: message.isReplay, isBulk: due.isBulk))
            }
        }
        guard let range else { return }
        var rest = due
        rest.range = range
        // The ticker knew of fewer jobs.
        rest.isBulk = due.isBulk || part.new.count >= end
        // The rest of a replay is a replay.
        part.rests.append(OutboundMessage(rest, headers: message.headers.filter { $0.key == Header.replays }))
    }

    private func countSkipped(_ job: JobName, _ occurrence: Instant, _ reason: DispatchDecision.SkipReason) {
        skipped[reason]?.increment()
        logger.debug(
            "skipped an occurrence",
            metadata: ["job": "\(job)", "occurrence": "\(occurrence.rfc3339)", "reason": "\(reason.rawValue)"])
    }
}
