import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

/// Guarantee: a run can't stick, whatever a person did to the file.
@Suite struct BufferedRunTests {
    private static func store(in folder: TemporaryFolder, count: Int64) async throws -> SQLiteStore {
        let store = try folder.store()
        _ = try await store.create((0..<count).map { sampleExecution(minute: $0).buffered() }, now: { now })
        return store
    }

    private static let now = sampleExecution(minute: 10_000).occurrence

    private static func handOn(_ id: ExecutionID, in store: SQLiteStore) async throws -> [ExecutionID] {
        try await store.update([id], of: ReportLine(of: id)) { _, progress in
            ReportDecision(changes: [], released: [id], decidedAt: now, progress: progress, answer: ())
        }.released.map(\.id)
    }

    @Test func `buffered runs whose job has no open run are found, and released when they are reported`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(in: folder, count: 4)
        #expect(try await store.undelivered(dueBefore: Self.now, limit: 9).isEmpty)
        try await store.write { database in
            try database.execute(
                sql: "DELETE FROM execution WHERE id = ?", arguments: [sampleExecution().id.databaseValue])
        }
        let next = sampleExecution(minute: 1).id
        #expect(try await store.undelivered(dueBefore: Self.now, limit: 9).map(\.id) == [next])
        #expect(try await store.undelivered(dueBefore: Self.now, limit: 0).isEmpty)
        #expect(try await Self.handOn(sampleExecution(minute: 3).id, in: store) == [next])
        #expect(try await store.execution(next)?.state.isBuffered == false)
    }

    @Test func `a buffered run that can't be read is passed over, and the next one is released`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(in: folder, count: 3)
        try await store.write { database in
            try database.execute(
                sql: "UPDATE execution SET attempts = '{' WHERE id = ?",
                arguments: [sampleExecution(minute: 1).id.databaseValue])
        }
        let first = sampleExecution().id
        let released = try await store.update([first], of: ReportLine(of: first)) { loaded, progress in
            let ended = loaded.values.map { execution in
                var execution = execution
                execution.state = .over(.cancelled, at: Self.now, ttlSeconds: 300)
                return ExecutionChange.rewritten(execution)
            }
            return ReportDecision(changes: ended, decidedAt: Self.now, progress: progress, answer: ())
        }.released
        #expect(released.map(\.id) == [sampleExecution(minute: 2).id])
    }

    /// A day of `rate(1 second)` may wait. The searches of each second and each end of a run must not scan it.
    @Test func `thousands of buffered runs make no search and no release scan them`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.store(in: folder, count: 3)
        let plans = try await store.read { database in
            try [BufferedRuns.selectReleasable, BufferedRuns.selectStuck].flatMap { sql in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: [1]).map {
                    $0["detail"] as String
                }
            }
        }
        #expect(plans.contains { $0.contains("execution_buffered (job=?)") })
        #expect(!plans.contains { $0.contains("TEMP B-TREE FOR ORDER BY") })
        let scanned = plans.filter {
            $0.hasPrefix("SCAN") && !$0.contains("INDEX execution_buffered") && $0 != "SCAN jobs"
        }
        #expect(scanned.isEmpty, "\(plans)")
        let deadlines = try await store.read { database in
            try Int64.fetchAll(database, sql: "SELECT deadline_ms FROM execution ORDER BY deadline_ms")
        }
        let last = Instant.recordable.upperBound.millisecondsSinceEpoch
        #expect(deadlines.dropFirst() == [last, last], "no search for deadlines and due deliveries meets them")
    }
}
