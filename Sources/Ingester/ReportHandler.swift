import CoreMetrics
public import JobCore
public import Logging
public import Messaging
public import Signing
import StageKit
public import Store

/// The recorder: only this handler changes executions. It applies the reports of a batch in one transaction, and
/// publishes the events.
public struct ReportHandler: MessageHandler {
    private let store: any ReportStore
    private let reader: ReportReader
    private let time: any TimeSource
    /// The start of this recorder. Callbacks may have been missed before it, so heartbeat silence counts from here at
    /// the earliest.
    private let reachableSince: Instant
    private let logger: Logger
    private let outcomes: [String: Counter]
    private let ignored: Counter

    public init(store: any ReportStore, keys: SigningKeys, time: any TimeSource, logger: Logger) {
        self.store = store
        reader = ReportReader(keys: keys)
        self.time = time
        reachableSince = time.now()
        self.logger = logger
        let names = ["success"] + FailureReason.allCases.map(\.rawValue)
        outcomes = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, Counter(label: "belfry_executions_finished_total", dimensions: [("outcome", $0)]))
            })
        ignored = Counter(label: "belfry_reports_ignored_total", dimensions: [])
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let now = time.now()
        var handled = HandledBatch()
        var reports: [AddressedReport] = []
        for (index, message) in batch.enumerated() {
            do throws(ReportReader.Refusal) {
                reports.append(try reader.read(message, now: now))
            } catch {
                handled.dead.append(.init(index: index, reason: error.reason, error: error.error))
            }
        }
        guard !reports.isEmpty else { return handled }
        let result = try await store.update(Array(Set(reports.map(\.executionID)))) {
            [reports, reachableSince] executions in
            let result = ReportFold.fold(reports, over: executions, judgedAt: now, reachableSince: reachableSince)
            return (result.changes, result)
        }
        handled.messages = result.events.map { OutboundMessage($0) }
        for note in result.notes { log(note) }
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
        }
    }
}
