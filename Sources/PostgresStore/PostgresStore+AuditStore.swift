public import JobCore
import PostgreSQL
public import Store

extension PostgresStore: AuditStore {
    public func record(_ entries: [AuditEntry]) async throws(StoreError) {
        try await write { database in
            for entry in entries { AuditRow.insert(entry, into: database) }
        }
    }

    public func audit(_ query: AuditQuery) async throws(StoreError) -> AuditPage {
        let search = AuditSearch(query)
        return try await read { [unreadable] in try search.page(in: $0, leavingOut: unreadable) }
    }
}

/// What `ExpiryStore` asks for.
extension PostgresStore {
    public func newestAudit() async throws(StoreError) -> Instant? {
        try await read { database in
            let newest: Int64? = try database.rows("SELECT max(at_ms) FROM audit")[0].value(0)
            return newest.map(Instant.init(millisecondsSinceEpoch:))
        }
    }

    public func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try await write { database in
            try database.execute(
                """
                DELETE FROM audit
                WHERE seq = ANY (ARRAY(SELECT seq FROM audit WHERE at_ms < $1 ORDER BY at_ms LIMIT $2))
                """, [.instant(instant), .count(limit)])
        }
    }
}
