import GRDB
import JobCore
import Store

/// A search in the history: which rows, newest first, and where the next page begins.
struct ExecutionSearch {
    private var conditions: [String] = []
    private var arguments = StatementArguments()
    private let limit: Int

    init(_ query: ExecutionQuery) {
        limit = min(max(query.limit, 1), 100)
        if let more = query.more { add("seq < ?", [more]) }
        addJob(service: query.service, job: query.job)
        if let status = query.status { add(status) }
        if let reason = query.reason {
            add(.fail)
            add("reason = ?", [reason.code])
        }
        if let since = query.since { add("occurrence_ms >= ?", [since.databaseValue]) }
        if let until = query.until { add("occurrence_ms < ?", [until.databaseValue]) }
        if let correlationID = query.correlationID { add("correlation_id = ?", [correlationID]) }
    }

    /// The bytes of the texts that may be long.
    private static func bytes(of execution: Execution) -> Int {
        let outcome = execution.outcome
        return [outcome.summary, outcome.state, outcome.error, execution.payload].reduce(0) {
            $0 + ($1?.utf8.count ?? 0)
        }
    }

    private mutating func addJob(service: String?, job: String?) {
        switch (service, job) {
        case (let service?, let job?):
            add("job = (SELECT seq FROM job WHERE service = ? AND name = ?)", [service, job])
        case (let service?, nil): add("job IN (SELECT seq FROM job WHERE service = ?)", [service])
        case (nil, let job?): add("job IN (SELECT seq FROM job WHERE name = ?)", [job])
        case (nil, nil): break
        }
    }

    /// Failed and open executions are few in a long history, so their indexes are used: the index of failed executions
    /// needs the code as a literal, the index of open executions must be named.
    private mutating func add(_ status: ExecutionStatus) {
        add("status = \(status.code)", [])
        guard !status.isFinal else { return }
        add(
            """
            seq IN (SELECT seq FROM execution INDEXED BY execution_by_deadline WHERE deadline_ms IS NOT NULL)
            """, [])
    }

    private mutating func add(_ condition: String, _ values: StatementArguments) {
        conditions.append(condition)
        arguments += values
    }

    /// Finds the rows' numbers first, so that SQLite sorts numbers and not whole rows.
    ///
    /// A row that can't be read is left out, so a page may have fewer executions than asked for.
    func page(in database: Database, leavingOut unreadable: UnreadableRows) throws -> ExecutionPage {
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql =
            ExecutionRow.select + """
                WHERE e.seq IN (SELECT seq FROM execution \(filter) ORDER BY seq DESC LIMIT \(limit + 1))
                ORDER BY e.seq DESC
                """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var page = ExecutionPage(executions: [], more: nil)
        var (count, bytes, last) = (0, 0, 0 as Int64)
        while let row = try rows.next() {
            let execution = try unreadable.value { try ExecutionRow(row) }?.execution
            bytes += execution.map(Self.bytes) ?? 0
            if count == limit || count > 0 && bytes > Limits.pageBytesMax {
                page.more = last
                break
            }
            (count, last) = (count + 1, row[0])
            if let execution { page.executions.append(execution) }
        }
        return page
    }
}
