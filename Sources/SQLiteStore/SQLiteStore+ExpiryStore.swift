import GRDB
public import JobCore
public import Store

extension SQLiteStore: ExpiryStore {
    public func overdue(
        at now: Instant, reachableSince: Instant?, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        let since = reachableSince ?? Instant(millisecondsSinceEpoch: 0)
        return try await read { database in
            let indexed = try Self.overdue(Self.overdueByIndex, in: database, now: now, since: since, limit: limit)
            guard indexed.count < limit else { return indexed }
            return try indexed
                + Self.overdue(
                    Self.overdueByHeartbeat, in: database, now: now, since: since, limit: limit - indexed.count)
        }
    }

    /// The executions past their ttl, and those that were invoked and never sent a heartbeat.
    private static let overdueByIndex = """
        SELECT e.id, e.ttl_deadline_ms <= ?1
        FROM execution e INDEXED BY execution_by_deadline
        WHERE e.deadline_ms <= ?1
            AND (e.ttl_deadline_ms <= ?1
                OR (?3 + ?4 * e.heartbeat_interval_s <= ?1
                    AND NOT EXISTS (SELECT 1 FROM heartbeat WHERE execution = e.seq)))
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

    /// `sql` answers an id and whether the ttl is over; its arguments are now, the limit, the start of silence, and
    /// the milliseconds of silence allowed for each second of the heartbeat interval.
    private static func overdue(
        _ sql: String, in database: Database, now: Instant, since: Instant, limit: Int
    ) throws -> [OverdueExecution] {
        let rows = try Row.fetchCursor(
            try database.cachedStatement(sql: sql),
            arguments: [
                now.databaseValue, limit.databaseValue, since.databaseValue,
                (1_000 * ExecutionState.silentIntervalsMax).databaseValue,
            ])
        return try Array(
            rows.map { row in
                var column = ColumnReader(row)
                return OverdueExecution(id: try column.identifier(), expiry: try column.next() ? .ttl : .heartbeat)
            })
    }

    public func undelivered(
        dueBefore instant: Instant, limit: Int
    ) async throws(StoreError) -> [UndeliveredExecution] {
        try await read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT e.id, j.service, j.name
                    FROM execution e INDEXED BY execution_by_due JOIN job j ON j.seq = e.job
                    WHERE e.status = 0 AND e.attempt_due_ms <= ? AND j.deleted_ms IS NULL
                    ORDER BY e.attempt_due_ms LIMIT ?
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [instant.databaseValue, limit.databaseValue])
            return try Array(
                rows.map { row in
                    var column = ColumnReader(row)
                    return UndeliveredExecution(
                        id: try column.identifier(),
                        jobName: JobName(service: try column.next(), job: try column.next()))
                })
        }
    }

    public func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try await write { database in
            try database.cachedStatement(
                sql: """
                    DELETE FROM execution WHERE seq IN (
                        SELECT e.seq FROM execution e INDEXED BY execution_by_end
                        WHERE e.finished_ms < ? AND e.deadline_ms IS NULL
                            AND NOT EXISTS (SELECT 1 FROM last_success WHERE execution = e.seq)
                        ORDER BY e.finished_ms LIMIT ?)
                    """
            ).execute(arguments: [instant.databaseValue, limit.databaseValue])
            return database.changesCount
        }
    }
}
