import GRDB
import JobCore
import Store
import StoreRows

/// A search in the audit trail: which rows, newest first, and where the next page begins. Its cost is bounded: a page
/// ends early after many entries that do not match.
struct AuditSearch {
    /// The entries that one page may come from.
    static let examinedMax = 20_000

    private var conditions: [String] = []
    private var arguments = StatementArguments()
    private let limit: Int
    private let more: Int64?

    init(_ query: AuditQuery) {
        limit = min(max(query.limit, 1), 100)
        more = query.more
        if let more = query.more { add("seq < ?", [more]) }
        if let service = query.service { add("service = ?", [service]) }
        if let job = query.job { add("job = ?", [job]) }
        if let actor = query.actor { add("actor = ?", [actor]) }
        if let action = query.action { add("action = ?", [action.rawValue]) }
        if let since = query.since { add("+at_ms >= ?", [since.databaseValue]) }
        if let until = query.until { add("+at_ms < ?", [until.databaseValue]) }
        if query.hidesKeys {
            for action in AuditAction.allCases where action.isAboutKeys { add("action <> ?", [action.rawValue]) }
        }
    }

    private mutating func add(_ condition: String, _ values: StatementArguments) {
        conditions.append(condition)
        arguments += values
    }

    /// Finds the rows' numbers first, so that SQLite sorts numbers and not whole rows. The `+` of the conditions keeps
    /// it from the index of times, which has another order.
    func page(in database: Database, leavingOut unreadable: UnreadableRows) throws -> AuditPage {
        let end = try self.end(in: database)
        let all = conditions + (end.map { ["seq >= \($0)"] } ?? [])
        let filter = all.isEmpty ? "" : "WHERE " + all.joined(separator: " AND ")
        let sql =
            AuditRow.select + """
                WHERE seq IN (SELECT seq FROM audit \(filter) ORDER BY seq DESC LIMIT \(limit + 1)) ORDER BY seq DESC
                """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var page = AuditPage(entries: [], more: end)
        var (count, bytes, last) = (0, 0, 0 as Int64)
        while let row = try rows.next() {
            let entry = try unreadable.value { try AuditRow.read(row) }
            bytes += (entry?.before?.utf8.count ?? 0) + (entry?.after?.utf8.count ?? 0)
            if count == limit || count > 0 && bytes > Limits.pageBytesMax {
                page.more = last
                break
            }
            (count, last) = (count + 1, row[0])
            if let entry { page.entries.append(entry) }
        }
        return page
    }

    /// The last of the entries that a page comes from; nil if these are all.
    private func end(in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT seq FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET \(Self.examinedMax - 1)
                """, arguments: [more ?? .max])
    }
}
