public import JobCore
import PostgreSQL
public import Store
import StoreRows

/// The keys of `ConsoleStore`.
extension PostgresStore {
    public func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        try await read { database in
            try Self.keyRows("WHERE secret_hash = $1", [.bytes(secretHash)], in: database).first.map(Self.key)
        }
    }

    public func apiKeys() async throws(StoreError) -> [APIKey] {
        try await read { [unreadable] database in
            let rows = try Self.keyRows("ORDER BY name", [], in: database).makeIterator()
            return try unreadable.list({ rows.next() }, Self.key)
        }
    }

    private static func keyRows(
        _ condition: String, _ values: [PostgresValue], in database: PostgresDatabase
    ) throws -> PostgresRows {
        try database.rows(
            "SELECT name, scope, created_ms, created_by, last_used_ms FROM api_key " + condition, values)
    }

    private static func key(_ row: PostgresRow) throws -> APIKey {
        let name: String = try row.value(0)
        let text: String = try row.value(1)
        guard let scope = APIKey.Scope(text) else {
            throw UnreadableRow(.apiKey, "the API key \(name)", reason: "“\(text)” is not a scope")
        }
        return try UnreadableRow.naming(.apiKey, "the API key \(name)") {
            var column = ColumnReader(row, from: 2)
            return APIKey(
                name: name, scope: scope, createdAt: try column.instant(), createdBy: try column.next(),
                lastUsedAt: try column.instantIfAny())
        }
    }

    public func add(_ key: APIKey, secretHash: [UInt8], by author: ChangeAuthor) async throws(StoreError) -> Bool {
        try await change { database in
            let added = try database.execute(
                """
                INSERT INTO api_key (name, scope, created_ms, secret_hash, created_by) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING
                """,
                [
                    .text(key.name), .text(key.scope.description), .instant(key.createdAt), .bytes(secretHash),
                    .text(author.name),
                ])
            guard added == 1 else { return false }
            AuditRow.insert(AuditEntry(created: key, by: author), into: database)
            return true
        }
    }

    public func removeAPIKey(
        named name: String, keepingAdmin: Bool, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> KeyRemoval {
        try await change { database in
            let found = try database.rows("SELECT scope FROM api_key WHERE name = $1", [.text(name)]).first
            guard let scope = try found?.value(0, as: String.self) else { return .unknown }
            let admin = APIKey.Scope.admin.description
            if keepingAdmin, scope == admin {
                let others = try database.rows(
                    "SELECT count(*) FROM api_key WHERE scope = $1 AND name <> $2", [.text(admin), .text(name)])
                if try others[0].value(0, as: Int.self) == 0 { return .lastAdmin }
            }
            database.enqueue("DELETE FROM api_key WHERE name = $1", [.text(name)])
            AuditRow.insert(AuditEntry(revoked: name, scope: scope, by: author, at: now), into: database)
            return .removed
        }
    }

    public func noteUse(of keys: [String: Instant]) async throws(StoreError) {
        guard !keys.isEmpty else { return }
        // In one order, so that two programs which note the same keys don't wait for each other.
        let uses = keys.sorted { $0.key < $1.key }
        try await write { database in
            database.enqueue(
                """
                UPDATE api_key SET last_used_ms = greatest(coalesce(last_used_ms, 0), used_ms)
                FROM unnest($1::text[], $2::bigint[]) AS used (key_name, used_ms)
                WHERE name = key_name AND created_ms <= used_ms
                """, [.texts(uses.map(\.key)), .integers(uses.map(\.value.millisecondsSinceEpoch))])
        }
    }
}
