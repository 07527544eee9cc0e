public import JobCore
import PostgreSQL
public import Store
import StoreRows

extension PostgresStore: ExpiryStore {
    public func progress() async throws(StoreError) -> LineProgress {
        try await read { LineProgress.least(of: try LineProgressRow.all(in: $0)) }
    }

    public func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        try await snapshot { [unreadable] database in
            var found: [OverdueExecution] = []
            func add(_ sql: String, at instant: Instant, since: Instant?, perSecond: Int64) throws {
                guard let since, found.count < limit else { return }
                let rows = try database.rows(
                    sql, [.instant(instant), .count(limit - found.count), .instant(since), .integer(perSecond)])
                found += try Self.overdue(rows, leavingOut: unreadable)
            }
            let silence = 1_000 * ExecutionState.silentIntervalsMax
            try add(Self.overdueByIndex, at: instant, since: progress.reachableSince, perSecond: silence)
            if let mark = progress.latestMarkAt {
                let marked = min(instant, mark.adding(milliseconds: -ExecutionState.expiryGraceMilliseconds))
                try add(Self.undeliveredPastTTL, at: marked, since: progress.deliverableSince, perSecond: 1_000)
            }
            // The narrow table is read as a whole.
            database.enqueue("SELECT set_config('enable_seqscan', 'on', true)")
            try add(Self.overdueByHeartbeat, at: instant, since: progress.reachableSince, perSecond: silence)
            return found
        }
    }

    /// The running executions past their ttl, and those that were invoked and never sent a heartbeat.
    private static let overdueByIndex = """
        SELECT e.id, e.ttl_deadline_ms <= $1::bigint
        FROM execution_open e
        WHERE e.deadline_ms <= $1 AND e.status <> 0 AND $3::bigint + $4::bigint * e.heartbeat_interval_s <= $1
            AND (e.ttl_deadline_ms <= $1 OR NOT EXISTS (SELECT 1 FROM heartbeat h WHERE h.execution = e.id))
        ORDER BY e.deadline_ms LIMIT $2::bigint
        """

    /// The executions whose heartbeats stopped while the ttl goes on: found by a scan of the narrow table, because an
    /// index on its deadline would cost every heartbeat more than the scan costs a second.
    private static let overdueByHeartbeat = """
        SELECT e.id, false
        FROM heartbeat h JOIN execution_open e ON e.id = h.execution
        WHERE h.deadline_ms <= $1::bigint AND e.ttl_deadline_ms > $1
            AND $3::bigint + $4::bigint * e.heartbeat_interval_s <= $1
        LIMIT $2::bigint
        """

    /// The executions that could have been delivered during a whole ttl and were not.
    private static let undeliveredPastTTL = """
        SELECT e.id, true
        FROM execution_open e
        WHERE e.deadline_ms <= $1::bigint AND e.status = 0 AND $3::bigint + $4::bigint * e.ttl_s <= $1
        ORDER BY e.deadline_ms LIMIT $2::bigint
        """

    private static func overdue(
        _ rows: PostgresRows, leavingOut unreadable: UnreadableRows
    ) throws -> [OverdueExecution] {
        let rows = rows.makeIterator()
        return try unreadable.list({ rows.next() }) { row in
            try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
                var column = ColumnReader(row)
                return OverdueExecution(id: try column.identifier(), expiry: try column.next() ? .ttl : .heartbeat)
            }
        }
    }

    private static let late = """
        SELECT e.id, j.service, j.name
        FROM execution_open e JOIN job j ON j.seq = e.job
        WHERE e.status = 0 AND e.attempt_due_ms <= $1::bigint AND j.deleted_ms IS NULL AND e.trigger_code <> 4
        ORDER BY e.attempt_due_ms LIMIT $2::bigint
        """

    public func undelivered(
        dueBefore instant: Instant, limit: Int
    ) async throws(StoreError) -> [UndeliveredExecution] {
        try await snapshot { [unreadable] database in
            let late = try Self.undelivered(
                try database.rows(Self.late, [.instant(instant), .count(limit)]), leavingOut: unreadable)
            guard late.count < limit else { return late }
            let stuck = try database.rows(BufferedRuns.selectStuck, [.count(limit - late.count)])
            return late + (try Self.undelivered(stuck, leavingOut: unreadable))
        }
    }

    private static func undelivered(
        _ rows: PostgresRows, leavingOut unreadable: UnreadableRows
    ) throws -> [UndeliveredExecution] {
        let rows = rows.makeIterator()
        return try unreadable.list({ rows.next() }) { row in
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
            let sql = "SELECT max(finished_ms) FROM execution WHERE finished_ms IS NOT NULL"
            return try database.rows(sql)[0].value(0, as: Int64?.self).map(Instant.init(millisecondsSinceEpoch:))
        }
    }

    /// Removes the days that have passed as a whole, one in each transaction.
    public func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        let removal = HistoryRemoval(before: instant)
        var removed = try await write { try removal.removeKept(limit: limit, in: $0) }
        for day in try await read({ try removal.days(in: $0) }) where removed < limit {
            let count = try await write { try removal.prepare(day, in: $0) }
            if try await write({ try removal.remove(day, in: $0) }) { removed += count }
        }
        return removed
    }
}
