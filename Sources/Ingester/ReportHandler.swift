internal import CoreMetrics
public import JobCore
public import Store
public import Logging
public import Messaging
public import Signing
internal import StageKit

/// The sole mover of executions: applies reports, one transaction a batch, and tells the event fork.
public struct ReportHandler: MessageHandler {
    private let store: any ReportStore
    private let reader: ReportReader
    private let time: any TimeSource
    /// Services were perhaps not heard before: what was silent until then was not silent.
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
        let result: ReportFold.Result
        do throws(StoreError) {
            result = try await store.update(Array(Set(reports.map(\.executionID)))) {
                [reports, reachableSince] executions in
                let result = ReportFold.fold(
                    reports, over: executions, judgedAt: now, reachableSince: reachableSince)
                return (result.changes, result)
            }
        } catch {
            throw HandlingError(error)
        }
        handled.messages = try result.events.map { try ExecutionChanged.message($0.event, of: $0.execution) }
        for note in result.notes { tell(note) }
        return handled
    }

    private func tell(_ note: ReportFold.Note) {
        switch note {
        case .moved(let id, let status, let reason):
            if status.isFinal { outcomes[reason?.rawValue ?? status.rawValue]?.increment() }
            let level: Logger.Level = status == .fail ? .info : .debug
            logger.log(
                level: level, "execution \(status.rawValue)",
                metadata: ["execution_id": "\(id)", "reason": "\(reason?.rawValue ?? "-")"])
        case .ignored(let id, let why):
            ignored.increment()
            logger.debug("ignored a report", metadata: ["execution_id": "\(id)", "why": "\(why.rawValue)"])
        case .unknown(let id):
            ignored.increment()
            logger.warning("ignored a report about an unknown execution", metadata: ["execution_id": "\(id)"])
        }
    }
}
