import GRDB
import JobCore
import Store

/// A search in the history: which rows, newest first, and where the next page begins.
struct ExecutionSearch {
    private var conditions: [String] = []
    private var arguments = StatementArguments()
    private let limit: Int

    /// Nil when `query.more` is not a token that `token(for:)` makes.
    init?(_ query: ExecutionQuery) {
        limit = min(max(query.limit, 1), 100)
        if let more = query.more {
            guard let seq = Self.seq(of: more) else { return nil }
            add("seq < ?", [seq])
        }
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
        let found = try Array(
            Row.fetchCursor(database, sql: sql, arguments: arguments).map { row in
                (seq: row[0] as Int64, row: try unreadable.value { try ExecutionRow(row) })
            })
        let shown = found.prefix(limit)
        let more = found.count > limit ? shown.last.map { Self.token(for: $0.seq) } : nil
        return ExecutionPage(executions: shown.compactMap(\.row?.execution), more: more)
    }

    private static func token(for seq: Int64) -> String {
        String(seq, radix: 36)
    }

    /// Reads only a text that `token(for:)` makes: no sign, no capital letter, no leading zero.
    private static func seq(of token: String) -> Int64? {
        guard let seq = Int64(token, radix: 36), seq > 0, Self.token(for: seq) == token else { return nil }
        return seq
    }
}
