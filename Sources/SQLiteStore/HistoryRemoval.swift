import GRDB
import JobCore

/// Removes executions that ended long ago, inside one transaction.
///
/// It goes through the executions in the order of their ends, and never twice over the same ones. What must stay, such
/// as the last success of a job that is long gone, is left behind. When it may be removed after all, it is entered in
/// the table `removable_execution`: by triggers when its job has another last success, and by `LateEnds` when its end
/// is recorded only now.
struct HistoryRemoval {
    /// What one transaction did.
    struct Batch: Equatable {
        var removed = 0
        /// The executions it looked at.
        var visited = 0
    }

    /// A transaction looks at no more executions than this, so that other programs can write in between.
    private static let visitedMax = 5_000

    private static let condition = """
        e.finished_ms >= ?1 AND (e.finished_ms > ?1 OR e.seq > ?2) AND e.finished_ms < ?3
        """
    /// In the order of their ends, those that must stay among them.
    static let selectNext = """
        SELECT e.finished_ms, e.seq,
            e.deadline_ms IS NULL AND NOT EXISTS (SELECT 1 FROM last_success WHERE execution = e.seq)
        FROM execution e INDEXED BY execution_by_end
        WHERE e.finished_ms IS NOT NULL AND \(condition) ORDER BY e.finished_ms, e.seq LIMIT \(visitedMax)
        """
    /// Those that were passed and may be removed now.
    static let selectLeftBehind = """
        SELECT r.execution FROM removable_execution r CROSS JOIN execution e ON e.seq = r.execution
        WHERE e.finished_ms < ?1 AND e.deadline_ms IS NULL
            AND NOT EXISTS (SELECT 1 FROM last_success WHERE execution = e.seq)
        LIMIT ?2
        """

    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Whether a batch would look at an execution.
    func hasWork(before instant: Instant) throws -> Bool {
        let next = try Row.fetchCursor(
            try database.cachedStatement(sql: Self.selectNext), arguments: try range(before: instant))
        if try next.next() != nil { return true }
        return try !leftBehind(before: instant, limit: 1).isEmpty
    }

    /// Removes up to `limit` executions: those left behind, then the earliest.
    func removeBatch(endedBefore instant: Instant, limit: Int) throws -> Batch {
        var removable = try leftBehind(before: instant, limit: limit)
        let left = Set(removable)
        var batch = Batch(removed: 0, visited: removable.count)
        var last: (finishedMilliseconds: Int64, execution: Int64)?
        let next = try Row.fetchCursor(
            try database.cachedStatement(sql: Self.selectNext), arguments: try range(before: instant))
        while removable.count < limit, let row = try next.next() {
            batch.visited += 1
            last = (row[0], row[1])
            if row[2], !left.contains(row[1]) { removable.append(row[1]) }
        }
        try remove(removable)
        batch.removed = removable.count
        if let last {
            try database.execute(
                sql: "UPDATE history_removal SET finished_ms = ?, execution = ?",
                arguments: [last.finishedMilliseconds, last.execution])
        }
        return batch
    }

    private func range(before instant: Instant) throws -> StatementArguments {
        let row = try Row.fetchOne(database, sql: "SELECT finished_ms, execution FROM history_removal")
        return [row?[0] as Int64? ?? -1, row?[1] as Int64? ?? 0, instant.millisecondsSinceEpoch]
    }

    private func leftBehind(before instant: Instant, limit: Int) throws -> [Int64] {
        try Int64.fetchAll(
            try database.cachedStatement(sql: Self.selectLeftBehind),
            arguments: [instant.millisecondsSinceEpoch, limit])
    }

    private func remove(_ executions: [Int64]) throws {
        let delete = try database.cachedStatement(sql: "DELETE FROM execution WHERE seq = ?")
        let findTested = try database.cachedStatement(
            sql: "SELECT job FROM execution WHERE seq = ? AND trigger_code = 4")
        var tested: Set<Int64> = []
        for execution in executions {
            if let job = try Int64.fetchOne(findTested, arguments: [execution]) { tested.insert(job) }
            try delete.execute(arguments: [execution])
        }
        for job in tested { try JobRow.removeIfNeverPut(job, from: database) }
    }
}
