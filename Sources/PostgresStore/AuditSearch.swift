import JobCore
import PostgreSQL
import Store
import StoreRows

/// A search in the audit trail: which rows, newest first, and where the next page begins. Its cost is bounded: a page
/// ends early after many entries that do not match.
struct AuditSearch {
    /// The entries that one page may come from.
    static let examinedMax = 20_000

    private var conditions = SQLConditions()
    private let limit: Int
    private let more: Int64?

    /// The index of times has another order than a page: the sum keeps the server from it.
    init(_ query: AuditQuery) {
        limit = min(max(query.limit, 1), 100)
        more = query.more
        if let more = query.more { conditions.add("seq < ?", [.integer(more)]) }
        if let service = query.service { conditions.add("service = ?", [.text(service)]) }
        if let job = query.job { conditions.add("job = ?", [.text(job)]) }
        if let actor = query.actor { conditions.add("actor = ?", [.text(actor)]) }
        if let action = query.action { conditions.add("action = ?", [.text(action.rawValue)]) }
        if let since = query.since { conditions.add("at_ms + 0 >= ?", [.instant(since)]) }
        if let until = query.until { conditions.add("at_ms + 0 < ?", [.instant(until)]) }
        if query.hidesKeys {
            for action in AuditAction.allCases where action.isAboutKeys {
                conditions.add("action <> ?", [.text(action.rawValue)])
            }
        }
    }

    func page(in database: PostgresDatabase, leavingOut unreadable: UnreadableRows) throws -> AuditPage {
        let end = try self.end(in: database)
        var all = conditions
        if let end { all.add("seq >= ?", [.integer(end)]) }
        let rows = try database.rowsOnce(
            SQLConditions.numbering(
                AuditRow.select + "WHERE \(all.text) ORDER BY seq DESC LIMIT \(limit + 1)"),
            all.values)
        var page = AuditPage(entries: [], more: end)
        var (count, bytes, last) = (0, 0, 0 as Int64)
        for row in rows {
            let entry = try unreadable.value { try AuditRow.read(row) }
            bytes += (entry?.before?.utf8.count ?? 0) + (entry?.after?.utf8.count ?? 0)
            if count == limit || count > 0 && bytes > Limits.pageBytesMax {
                page.more = last
                break
            }
            (count, last) = (count + 1, try row.value(0))
            if let entry { page.entries.append(entry) }
        }
        return page
    }

    /// The last of the entries that a page comes from; nil if these are all.
    private func end(in database: PostgresDatabase) throws -> Int64? {
        try database.rows(
            "SELECT seq FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT 1 OFFSET \(Self.examinedMax - 1)",
            [.integer(more ?? .max)]
        ).first?.value(0)
    }
}
