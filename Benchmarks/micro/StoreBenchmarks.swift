import Foundation
import JobCore
import Logging
import SQLiteStore
import Store

/// Batches of the dispatcher and of the recorder. Each is one transaction, with its fsync.
enum StoreBenchmarks {
    private static let batch = 500

    static func all() throws -> [MicroBenchmark] {
        let accepted = Report.accepted(Samples.attempt)
        let success = Report.callback(
            .success(Outcome(summary: "3 invoices", state: "page 7")), receivedAt: Samples.answeredAt)
        return [
            MicroBenchmark("store: create \(batch) executions") { count, watch in
                try await withStore { store in
                    for number in 0..<count {
                        let executions = Self.executions(number)
                        try await watch.measureElapsed { try await create(executions, in: store) }
                    }
                }
            },
            MicroBenchmark("store: update \(batch) executions with accepted") { count, watch in
                try await withStore { store in
                    for number in 0..<count {
                        let executions = Self.executions(number)
                        try await create(executions, in: store)
                        try await watch.measureElapsed {
                            try await apply(accepted, "accepted", to: executions, in: store)
                        }
                    }
                }
            },
            MicroBenchmark("store: update \(batch) executions with success") { count, watch in
                try await withStore { store in
                    for number in 0..<count {
                        let executions = Self.executions(number)
                        try await create(executions, in: store)
                        try await apply(accepted, "accepted", to: executions, in: store)
                        try await watch.measureElapsed {
                            try await apply(success, "success", to: executions, in: store)
                        }
                    }
                }
            },
        ]
    }

    /// A new store with the jobs, for as long as `body` runs.
    private static func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belfry-micro-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteStore(path: folder.path + "/belfry.sqlite", logger: Logger(label: "micro"))
        _ = try await store.change(
            JobBatch(puts: (0..<batch).map { JobBatch.Put(Samples.job($0)) }), by: ChangeAuthor(name: "micro"),
            now: Samples.instant)
        try await body(store)
    }

    private static func executions(_ number: Int) -> [Execution] {
        let occurrence = Samples.instant.adding(seconds: Int64(number) * -60)
        return (0..<batch).map { Samples.execution($0, at: occurrence) }
    }

    private static func create(_ executions: [Execution], in store: SQLiteStore) async throws {
        let recorded = try await store.create(executions) { Samples.instant }
        precondition(recorded.count == executions.count)
    }

    private static func apply(
        _ report: Report, _ id: String, to executions: [Execution], in store: SQLiteStore
    ) async throws {
        let reportID = ReportID(messageID: id)
        let changed = try await store.update(executions.map(\.id), of: ReportLine.allCases[0]) { found, progress in
            let changes = found.values.map { execution in
                ExecutionChange.rewritten(
                    execution.applying(report, id: reportID, judgedAt: Samples.answeredAt, progress: progress)
                        .execution)
            }
            return ReportDecision(
                changes: changes, decidedAt: Samples.answeredAt, progress: progress, answer: changes.count)
        }
        precondition(changed.answer == executions.count)
    }
}
