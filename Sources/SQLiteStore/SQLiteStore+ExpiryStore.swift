internal import GRDB
public import JobCore
public import Store

extension SQLiteStore: ExpiryStore {
    public func overdue(
        at now: Instant, reachableSince: Instant?, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        let since = reachableSince ?? Instant(millisecondsSinceEpoch: 0)
        return try await read { database in
            let indexed = try Self.overdueByIndex(database, now: now, since: since, limit: limit)
            guard indexed.count < limit else { return indexed }
            return try indexed
                + Self.overdueByHeartbeat(database, now: now, since: since, limit: limit - indexed.count)
        }
    }

    /// Those past their ttl, and those that were invoked and never heard of.
    private static func overdueByIndex(
        _ database: Database, now: Instant, since: Instant, limit: Int
    ) throws -> [OverdueExecution] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT e.id, e.ttl_deadline_ms <= ?1
                FROM execution e INDEXED BY execution_by_deadline
                WHERE e.deadline_ms <= ?1
                    AND (e.ttl_deadline_ms <= ?1
                        OR (?3 + 2000 * e.heartbeat_interval_s <= ?1
                            AND NOT EXISTS (SELECT 1 FROM heartbeat WHERE execution = e.seq)))
                ORDER BY e.deadline_ms LIMIT ?2
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: [now.databaseValue, limit.databaseValue, since.databaseValue])
        return try Array(
            rows.map { row in
                var column = ColumnReader(row)
                return OverdueExecution(id: try column.identifier(), expiry: try column.next() ? .ttl : .heartbeat)
            })
    }

    /// Those whose heartbeats stopped while the ttl goes on: found by a scan of the narrow table (CROSS JOIN keeps it
    /// the outer one), because an index on its deadline would cost every heartbeat more than the scan costs a second.
    private static func overdueByHeartbeat(
        _ database: Database, now: Instant, since: Instant, limit: Int
    ) throws -> [OverdueExecution] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT e.id FROM heartbeat h CROSS JOIN execution e ON e.seq = h.execution
                WHERE h.deadline_ms <= ?1 AND e.ttl_deadline_ms > ?1 AND e.deadline_ms IS NOT NULL
                    AND ?3 + 2000 * e.heartbeat_interval_s <= ?1
                LIMIT ?2
                """)
        let rows = try Row.fetchCursor(
            statement, arguments: [now.databaseValue, limit.databaseValue, since.databaseValue])
        return try Array(
            rows.map { row in
                var column = ColumnReader(row)
                return OverdueExecution(id: try column.identifier(), expiry: .heartbeat)
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
                        name: JobName(service: try column.next(), job: try column.next()))
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
