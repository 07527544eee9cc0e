import JobCore
import PostgreSQL
import StoreRows

/// An execution and its row: how it is read.
struct ExecutionRow {
    /// The partition.
    var day: Int64
    /// Its job's `seq`.
    var job: Int64
    var execution: Execution

    /// To be followed by conditions on `e` (the execution), `j` (its job) or `h` (its heartbeats).
    static let select = """
        SELECT e.day, e.job, e.id, j.id, j.service, j.name, e.occurrence_ms, e.created_ms, e.exclusive,
            e.trigger_code, e.schedule, e.payload,
            e.status, e.reason, e.ttl_s, e.heartbeat_interval_s, e.ttl_deadline_ms, e.extended,
            e.status = 0 AND e.exclusive AND e.open_exclusive_job IS NULL,
            e.invoked_ms, e.invoked_by,
            CASE WHEN h.execution IS NULL THEN e.first_heard_ms ELSE h.first_heard_ms END,
            CASE WHEN h.execution IS NULL THEN e.heard_ms ELSE h.heard_ms END,
            CASE WHEN h.execution IS NULL THEN e.progress ELSE h.progress END,
            e.finished_ms, e.finished_by, e.attempts, e.deferrals, e.attempt_due_ms,
            e.summary, e.state, e.error, e.correlation_id, e.retry_of, e.retried_by
        FROM execution e JOIN job j ON j.seq = e.job LEFT JOIN heartbeat h ON h.execution = e.id

        """

    /// Where the executions $1 are looked for, one after the other until all are found. Most are open, or ended not
    /// long ago: the whole history is asked for those only that are not there.
    private static let searches = [
        "WHERE e.id = ANY($1) AND e.day = \(Day.open)",
        """
        WHERE e.id = ANY($1) AND (e.day = \(Day.kept)
            OR e.day >= (SELECT floor(extract(epoch FROM clock_timestamp()) / 86400)::bigint - 1))
        """,
        "WHERE e.id = ANY($1)",
    ]

    static let selectOpen = select + searches[0]

    /// Calls `body` with the row of each of these executions that exists, in no order. `select` names the tables, and
    /// has the id of the execution in the column `idColumn`. `from` is the first of the searches that is made.
    static func forEachRow(
        of ids: [ExecutionID], select: String, idColumn: Int, from first: Int = 0, in database: PostgresDatabase,
        _ body: (PostgresRow) throws -> Void
    ) throws {
        var missing = Set(ids.map(\.uuid))
        for search in searches[first...] where !missing.isEmpty {
            for row in try database.rows(select + search, [.uuids(Array(missing))]) {
                guard missing.remove(try row.value(idColumn)) != nil else { continue }
                try body(row)
            }
        }
    }

    /// The rows of those executions that exist and can be read.
    static func find(
        _ ids: [ExecutionID], from first: Int = 0, in database: PostgresDatabase,
        leavingOut unreadable: UnreadableRows
    ) throws -> [ExecutionID: ExecutionRow] {
        var found: [ExecutionID: ExecutionRow] = Dictionary(minimumCapacity: ids.count)
        try forEachRow(of: ids, select: select, idColumn: 2, from: first, in: database) { row in
            guard let row = try unreadable.value({ try ExecutionRow(row) }) else { return }
            found[row.execution.id] = row
        }
        return found
    }

    static func byID(
        _ rows: PostgresRows, leavingOut unreadable: UnreadableRows
    ) throws -> [ExecutionID: ExecutionRow] {
        var found: [ExecutionID: ExecutionRow] = Dictionary(minimumCapacity: rows.count)
        for row in rows {
            guard let row = try unreadable.value({ try ExecutionRow(row) }) else { continue }
            found[row.execution.id] = row
        }
        return found
    }

    /// Throws `UnreadableRow`, with the execution's id, when a column can't be read.
    init(_ row: PostgresRow) throws {
        self = try UnreadableRow.naming(.execution, Self.subject(row, idColumn: 2)) { try ExecutionRow(columns: row) }
    }

    /// The name of a row for logs.
    static func subject(_ row: PostgresRow, idColumn: Int = 0) -> String {
        var column = ColumnReader(row, from: idColumn)
        let id: ExecutionID? = try? column.identifier()
        return "the execution \(id?.description ?? "with a damaged id")"
    }

    private init(columns row: PostgresRow) throws {
        var column = ColumnReader(row)
        day = try column.next()
        job = try column.next()
        execution = Execution(
            id: try column.identifier(), jobID: try column.identifier(),
            jobName: JobName(service: try column.next(), job: try column.next()), occurrence: try column.instant(),
            createdAt: try column.instant(), isExclusive: try column.next(),
            trigger: try column.code(), schedule: try column.next(),
            payload: try column.next(), state: try Self.state(&column),
            attempts: try Self.list(&column), deferrals: try Self.list(&column), attemptDueAt: try column.instant(),
            outcome: Outcome(
                summary: try column.next(), state: try column.next(), error: try column.next(),
                correlationID: try column.next()),
            retryOf: try column.identifierIfAny(), retriedBy: try column.identifierIfAny())
    }

    private static func state(_ column: inout ColumnReader) throws -> ExecutionState {
        ExecutionState(
            status: try column.code(), reason: try column.codeIfAny(), ttlSeconds: try column.seconds(),
            heartbeatIntervalSeconds: try column.seconds(), ttlDeadline: try column.instant(),
            isExtended: try column.next(), isBuffered: try column.next(), invokedAt: try column.instantIfAny(),
            invokedBy: try column.next(Int64?.self).map(ReportID.init(rawValue:)),
            firstHeartbeatAt: try column.instantIfAny(), lastHeartbeatAt: try column.instantIfAny(),
            progress: try column.next(Int64?.self).map { Int($0) }, finishedAt: try column.instantIfAny(),
            finishedBy: try column.next(Int64?.self).map(ReportID.init(rawValue:)))
    }

    private static func list<Element: Decodable>(_ column: inout ColumnReader) throws -> [Element] {
        guard let text = try column.next(String?.self) else { return [] }
        return try JSONColumn.value(of: text)
    }
}
