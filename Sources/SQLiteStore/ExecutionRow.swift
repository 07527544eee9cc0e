import FoundationEssentials
import GRDB
import JSON
import JobCore
import StoreRows

/// An execution and its row: how it is read, and how it is written.
struct ExecutionRow {
    var seq: Int64
    /// Its job's `seq`.
    var job: Int64
    var execution: Execution
    /// The attempts and deferrals as the row holds them, so that they are encoded again only when they changed.
    private var attemptsText: String?
    private var deferralsText: String?

    /// To be followed by conditions on `e` (the execution), `j` (its job) or `h` (its heartbeats).
    static let select = """
        SELECT e.seq, e.job, e.id, j.id, j.service, j.name, e.occurrence_ms, e.created_ms, e.exclusive,
            e.trigger_code, e.schedule, e.payload,
            e.status, e.reason, e.ttl_s, e.heartbeat_interval_s, e.ttl_deadline_ms, e.extended,
            e.status = 0 AND e.exclusive = 1 AND e.open_exclusive_job IS NULL,
            e.invoked_ms, e.invoked_by,
            iif(h.execution IS NULL, e.first_heard_ms, h.first_heard_ms),
            iif(h.execution IS NULL, e.heard_ms, h.heard_ms),
            iif(h.execution IS NULL, e.progress, h.progress),
            e.finished_ms, e.finished_by, e.attempts, e.deferrals, e.attempt_due_ms,
            e.summary, e.state, e.error, e.correlation_id, e.retry_of, e.retried_by
        FROM execution e JOIN job j ON j.seq = e.job LEFT JOIN heartbeat h ON h.execution = e.seq

        """

    static let selectByID = select + "WHERE e.id = ?"
    private static let selectByIDs = select + "WHERE e.id IN " + ManyIDs.placeholders

    static let insert = """
        INSERT INTO execution (id, job, occurrence_ms, created_ms, exclusive, trigger_code, schedule, payload, retry_of,
            retried_by, ttl_s, heartbeat_interval_s, status, reason, ttl_deadline_ms, extended, invoked_ms, invoked_by,
            first_heard_ms, heard_ms, progress, finished_ms, finished_by, attempts, deferrals, attempt_due_ms,
            summary, state, error, correlation_id, deadline_ms, open_exclusive_job)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """

    /// Writes only the columns that may change after an execution was created.
    static let update = """
        UPDATE execution SET status = ?, reason = ?, ttl_deadline_ms = ?, extended = ?, invoked_ms = ?, invoked_by = ?,
            first_heard_ms = ?, heard_ms = ?, progress = ?, finished_ms = ?, finished_by = ?, attempts = ?,
            deferrals = ?, attempt_due_ms = ?, summary = ?, state = ?, error = ?, correlation_id = ?, deadline_ms = ?,
            open_exclusive_job = iif(? IS NULL, NULL, open_exclusive_job)
        WHERE seq = ?
        """

    static func find(_ id: ExecutionID, with statement: Statement) throws -> ExecutionRow? {
        let rows = try Row.fetchCursor(statement, arguments: [id.databaseValue])
        return try rows.next().map { try ExecutionRow($0) }
    }

    /// The rows of those executions that exist and can be read.
    static func find(
        _ ids: [ExecutionID], in database: Database, leavingOut unreadable: UnreadableRows
    ) throws -> [ExecutionID: ExecutionRow] {
        let statement = try database.cachedStatement(sql: selectByIDs)
        var rows: [ExecutionID: ExecutionRow] = Dictionary(minimumCapacity: ids.count)
        try ManyIDs.forEachRow(of: ids, with: statement) { row in
            guard let row = try unreadable.value({ try ExecutionRow(row) }) else { return }
            rows[row.execution.id] = row
        }
        return rows
    }

    /// Throws `UnreadableRow`, with the execution's id, when a column can't be read.
    init(_ row: Row) throws {
        self = try UnreadableRow.naming(.execution, Self.subject(row)) { try ExecutionRow(columns: row) }
    }

    /// The name of a row for logs. Its column `id` is the execution's id.
    static func subject(_ row: Row) -> String {
        let id: ExecutionID? = UUID.fromDatabaseValue(row["id"]).map { ExecutionID($0) }
        return "the execution \(id?.description ?? "with a damaged id")"
    }

    private init(columns row: Row) throws {
        var column = ColumnReader(row)
        var (attemptsText, deferralsText): (String?, String?)
        seq = try column.next()
        job = try column.next()
        execution = Execution(
            id: try column.identifier(), jobID: try column.identifier(),
            jobName: JobName(service: try column.next(), job: try column.next()), occurrence: try column.instant(),
            createdAt: try column.instant(), isExclusive: try column.next(),
            trigger: try column.code(), schedule: try column.next(),
            payload: try column.next(), state: try Self.state(&column),
            attempts: try Self.list(&column, text: &attemptsText),
            deferrals: try Self.list(&column, text: &deferralsText), attemptDueAt: try column.instant(),
            outcome: Outcome(
                summary: try column.next(), state: try column.next(), error: try column.next(),
                correlationID: try column.next()),
            retryOf: try column.identifierIfAny(), retriedBy: try column.identifierIfAny())
        self.attemptsText = attemptsText
        self.deferralsText = deferralsText
    }

    /// Makes the row hold `changed`. `statement` is that of `ExecutionRow.update`.
    func write(_ changed: Execution, with statement: Statement) throws {
        let attempts = changed.attempts == execution.attempts ? attemptsText : try Self.text(of: changed.attempts)
        let deferrals = changed.deferrals == execution.deferrals ? deferralsText : try Self.text(of: changed.deferrals)
        var row = BoundStatement(statement)
        changed.bindChanging(to: &row, attempts: attempts, deferrals: deferrals)
        row.bind(changed.recordedDeadline?.millisecondsSinceEpoch)
        row.bind(seq)
        try row.execute()
    }

    private static func state(_ column: inout ColumnReader) throws -> ExecutionState {
        ExecutionState(
            status: try column.code(), reason: try column.codeIfAny(), ttlSeconds: try column.seconds(),
            heartbeatIntervalSeconds: try column.seconds(), ttlDeadline: try column.instant(),
            isExtended: try column.next(), isBuffered: try column.next(), invokedAt: try column.instantIfAny(),
            invokedBy: try column.next(Int64?.self).map(ReportID.init(rawValue:)),
            firstHeartbeatAt: try column.instantIfAny(), lastHeartbeatAt: try column.instantIfAny(),
            progress: try column.next(), finishedAt: try column.instantIfAny(),
            finishedBy: try column.next(Int64?.self).map(ReportID.init(rawValue:)))
    }

    private static func list<Element: Decodable>(
        _ column: inout ColumnReader, text: inout String?
    ) throws -> [Element] {
        text = try column.next()
        guard let text else { return [] }
        return try JSONColumn.value(of: text)
    }

    /// The text of a list in its column: null for none.
    fileprivate static func text(of list: [some Encodable]) throws -> String? {
        list.isEmpty ? nil : try JSONColumn.text(of: list)
    }
}

extension Execution {
    /// Adds a row, unless a unique index refuses it. `statement` is that of `ExecutionRow.insert`.
    func insert(job: Int64, with statement: Statement) throws {
        var row = BoundStatement(statement)
        row.bind(id.uuid)
        row.bind(job)
        row.bind(occurrence.millisecondsSinceEpoch)
        row.bind(createdAt.millisecondsSinceEpoch)
        row.bind(isExclusive)
        row.bind(trigger.code)
        row.bind(schedule)
        row.bind(payload)
        row.bind(retryOf?.uuid)
        row.bind(retriedBy?.uuid)
        row.bind(state.ttlSeconds)
        row.bind(state.heartbeatIntervalSeconds)
        bindChanging(
            to: &row, attempts: try ExecutionRow.text(of: attempts), deferrals: try ExecutionRow.text(of: deferrals))
        row.bind(isExclusive && !state.status.isFinal && !state.isBuffered ? job : nil)
        try row.execute()
    }

    /// Binds the values that both statements write, from `status` to `deadline_ms`.
    fileprivate func bindChanging(to row: inout BoundStatement, attempts: String?, deferrals: String?) {
        row.bind(state.status.code)
        row.bind(state.reason?.code)
        row.bind(state.ttlDeadline.millisecondsSinceEpoch)
        row.bind(state.isExtended)
        row.bind(state.invokedAt?.millisecondsSinceEpoch)
        row.bind(state.invokedBy?.rawValue)
        row.bind(state.firstHeartbeatAt?.millisecondsSinceEpoch)
        row.bind(state.lastHeartbeatAt?.millisecondsSinceEpoch)
        row.bind(state.progress.map(Int64.init))
        row.bind(state.finishedAt?.millisecondsSinceEpoch)
        row.bind(state.finishedBy?.rawValue)
        row.bind(attempts)
        row.bind(deferrals)
        row.bind(attemptDueAt.millisecondsSinceEpoch)
        row.bind(outcome.summary)
        row.bind(outcome.state)
        row.bind(outcome.error)
        row.bind(outcome.correlationID)
        row.bind(recordedDeadline?.millisecondsSinceEpoch)
    }

    /// The deadline in the index. After the first heartbeat, the heartbeat deadline changes far too often for an index
    /// and is kept in the table `heartbeat`.
    fileprivate var recordedDeadline: Instant? {
        guard !state.status.isFinal else { return nil }
        return state.lastHeartbeatAt == nil ? state.deadline : state.ttlDeadline
    }
}
