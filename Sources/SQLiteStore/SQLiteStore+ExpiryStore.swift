import GRDB
public import JobCore
public import Store
import StoreRows

extension SQLiteStore: ExpiryStore {
    public func progress() async throws(StoreError) -> LineProgress {
        try await read { database in
            LineProgress.least(of: try ReportLine.allCases.map { try LineProgressRow.find($0, in: database) })
        }
    }

    public func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        try await read { database in
            var found: [OverdueExecution] = []
            func add(_ sql: String, at instant: Instant, since: Instant?, perSecond: Int64) throws {
                guard let since, found.count < limit else { return }
                let arguments = [
                    instant.databaseValue, (limit - found.count).databaseValue, since.databaseValue,
                    perSecond.databaseValue,
                ]
                found += try overdue(sql, in: database, StatementArguments(arguments))
            }
            let silence = 1_000 * ExecutionState.silentIntervalsMax
            try add(Self.overdueByIndex, at: instant, since: progress.reachableSince, perSecond: silence)
            try add(Self.overdueByHeartbeat, at: instant, since: progress.reachableSince, perSecond: silence)
            if let mark = progress.latestMarkAt {
                let marked = min(instant, mark.adding(milliseconds: -ExecutionState.expiryGraceMilliseconds))
                try add(Self.undeliveredPastTTL, at: marked, since: progress.deliverableSince, perSecond: 1_000)
            }
            return found
        }
    }

    /// The running executions past their ttl, and those that were invoked and never sent a heartbeat.
    private static let overdueByIndex = """
        SELECT e.id, e.ttl_deadline_ms <= ?1
        FROM execution e INDEXED BY execution_by_deadline
        WHERE e.deadline_ms <= ?1 AND e.status <> 0 AND ?3 + ?4 * e.heartbeat_interval_s <= ?1
            AND (e.ttl_deadline_ms <= ?1 OR NOT EXISTS (SELECT 1 FROM heartbeat WHERE execution = e.seq))
        ORDER BY e.deadline_ms LIMIT ?2
        """

    /// The executions whose heartbeats stopped while the ttl goes on: found by a scan of the narrow table (CROSS JOIN
    /// keeps it the outer one), because an index on its deadline would cost every heartbeat more than the scan costs
    /// a second.
    private static let overdueByHeartbeat = """
        SELECT e.id, 0
        FROM heartbeat h CROSS JOIN execution e ON e.seq = h.execution
        WHERE h.deadline_ms <= ?1 AND e.ttl_deadline_ms > ?1 AND e.deadline_ms IS NOT NULL
            AND ?3 + ?4 * e.heartbeat_interval_s <= ?1
        LIMIT ?2
        """

    /// The executions that could have been delivered during a whole ttl and were not.
    private static let undeliveredPastTTL = """
        SELECT e.id, 1
        FROM execution e INDEXED BY execution_by_deadline
        WHERE e.deadline_ms <= ?1 AND e.status = 0 AND ?3 + ?4 * e.ttl_s <= ?1
        ORDER BY e.deadline_ms LIMIT ?2
        """

    /// `sql` answers an id and whether the ttl is over; its arguments are the instant, the limit, since when the
    /// deadlines count at the earliest, and the milliseconds from then for each second of the interval or the ttl.
    private func overdue(
        _ sql: String, in database: Database, _ arguments: StatementArguments
    ) throws -> [OverdueExecution] {
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
        return try unreadable.list(rows.next) { row in
            try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
                var column = ColumnReader(row)
                return OverdueExecution(id: try column.identifier(), expiry: try column.next() ? .ttl : .heartbeat)
            }
        }
    }

    public func undelivered(
        dueBefore instant: Instant, limit: Int
    ) async throws(StoreError) -> [UndeliveredExecution] {
        try await read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT e.id, j.service, j.name
                    FROM execution e INDEXED BY execution_by_due JOIN job j ON j.seq = e.job
                    WHERE e.status = 0 AND e.attempt_due_ms <= ? AND j.deleted_ms IS NULL AND e.trigger_code <> 4
                    ORDER BY e.attempt_due_ms LIMIT ?
                    """)
            let late = try undelivered(statement, [instant.databaseValue, limit.databaseValue])
            guard late.count < limit else { return late }
            let stuck = try database.cachedStatement(sql: BufferedRuns.selectStuck)
            return late + (try undelivered(stuck, [limit - late.count]))
        }
    }

    private func undelivered(
        _ statement: Statement, _ arguments: StatementArguments
    ) throws -> [UndeliveredExecution] {
        try unreadable.list(try Row.fetchCursor(statement, arguments: arguments).next) { row in
            try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
                var column = ColumnReader(row)
                return UndeliveredExecution(
                    id: try column.identifier(),
                    jobName: JobName(service: try column.next(), job: try column.next()))
            }
        }
    }

    public func newestEnd() async throws(StoreError) -> Instant? {
        try await read { database in
            try Int64.fetchOne(database, sql: "SELECT max(finished_ms) FROM execution WHERE finished_ms IS NOT NULL")
                .map(Instant.init(millisecondsSinceEpoch:))
        }
    }

    /// Removes in short transactions, and begins none when there is nothing to do.
    public func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        var removed = 0
        while removed < limit, try await read({ try HistoryRemoval($0).hasWork(before: instant) }) {
            removed += try await removeHistoryBatch(endedBefore: instant, limit: limit - removed).removed
        }
        return removed
    }

    func removeHistoryBatch(
        endedBefore instant: Instant, limit: Int
    ) async throws(StoreError) -> HistoryRemoval.Batch {
        try await write { try HistoryRemoval($0).removeBatch(endedBefore: instant, limit: limit) }
    }

    public func newestAudit() async throws(StoreError) -> Instant? {
        try await read { database in
            try Int64.fetchOne(database, sql: "SELECT max(at_ms) FROM audit").map(Instant.init(millisecondsSinceEpoch:))
        }
    }

    /// Searches in a read, which is in nobody's way.
    public func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int {
        let found = try await read { database in
            try Int64.fetchAll(
                database, sql: "SELECT seq FROM audit WHERE at_ms < ? ORDER BY at_ms LIMIT ?",
                arguments: [instant.databaseValue, limit])
        }
        guard !found.isEmpty else { return 0 }
        try await write { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM audit WHERE seq = ?")
            for seq in found { try delete.execute(arguments: [seq]) }
        }
        return found.count
    }
}
