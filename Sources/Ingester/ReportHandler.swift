import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// The recorder: only this handler changes executions. It applies the reports of a batch in one transaction, and
/// publishes the events.
public struct ReportHandler: MessageHandler {
    /// The number of reports with which a transaction takes no further message: one message may have hundreds.
    private static let reportsMax = 1_000

    private let store: any ReportStore
    private let line: ReportLine
    private let balance: LineBalance?
    private let reader: ReportReader
    private let time: any TimeSource
    private let logger: Logger
    private let outcomes: [String: Counter]
    private let ignored: Counter
    private let redeliveries: Counter

    /// Handles the reports of one line, which goes to another recorder when `balance` says so.
    public init(
        line: ReportLine, store: any ReportStore, balance: LineBalance? = nil, time: any TimeSource, logger: Logger
    ) {
        self.store = store
        self.line = line
        self.balance = balance
        reader = ReportReader(line: line)
        self.time = time
        self.logger = logger
        let names = ["success"] + FailureReason.allCases.map(\.rawValue)
        outcomes = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, Counter(label: "belfry_executions_finished_total", dimensions: [("outcome", $0)]))
            })
        ignored = Counter(label: "belfry_reports_ignored_total", dimensions: [])
        redeliveries = Counter(label: "belfry_redeliveries_total", dimensions: [])
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        var handled = try await record(batch)
        if balance?.handles(line) == true {
            logger.info("the line goes to another recorder", metadata: ["line": "\(line.index)"])
            handled.givesQueueAway = true
        }
        return handled
    }

    private func record(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let now = time.now()
        let read = reader.read(batch, countMax: Self.reportsMax)
        let repeats = Set(read.places.indices.filter { batch[read.places[$0].index].mayHaveBeenHandled })
        var handled = HandledBatch(dead: read.dead, count: read.messageCount)
        guard !read.reports.isEmpty else { return handled }
        let ids = Set(read.reports.compactMap { if case .execution(let id, _, _) = $0 { id } else { nil } })
        let (result, released) = try await store.update(Array(ids), of: line) {
            [reports = read.reports] executions, progress in
            let result = ReportFold.fold(
                reports, repeats: repeats, over: executions, progress: progress, judgedAt: now)
            return ReportDecision(
                changes: result.changes, released: result.released, decidedAt: now, progress: result.progress,
                answer: result)
        }
        let releases = released.map {
            RedeliveryRequested(
                executionID: $0.id, jobName: $0.jobName, foundAt: $0.attemptDueAt, isRelease: true)
        }
        handled.messages =
            (result.redeliveries + releases).map { OutboundMessage($0) } + result.events.map { OutboundMessage($0) }
        handled.dead += result.unknown.map {
            read.places[$0].deadLetter(.unknownExecution, "its execution is not on record")
        }
        for note in result.notes { log(note) }
        for execution in released {
            logger.debug("released a buffered run", metadata: ["execution_id": "\(execution.id)"])
        }
        return handled
    }

    private func log(_ note: ReportFold.Note) {
        switch note {
        case .moved(let id, let status, let reason):
            if status.isFinal { outcomes[reason?.rawValue ?? status.rawValue]?.increment() }
            let level: Logger.Level = status == .fail ? .info : .debug
            logger.log(
                level: level, "execution changed",
                metadata: [
                    "execution_id": "\(id)", "status": "\(status.rawValue)", "reason": "\(reason?.rawValue ?? "-")",
                ])
        case .ignored(let id, let why):
            ignored.increment()
            logger.debug("ignored a report", metadata: ["execution_id": "\(id)", "reason": "\(why.rawValue)"])
        case .unknown(let id):
            ignored.increment()
            logger.warning("ignored a report about an unknown execution", metadata: ["execution_id": "\(id)"])
        case .redelivered(let id):
            redeliveries.increment()
            logger.warning("a delivery was lost, requesting it again", metadata: ["execution_id": "\(id)"])
        }
    }
}
