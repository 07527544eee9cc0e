import FoundationEssentials
import GRDB
public import JobCore
public import Store
import StoreRows

/// The keys of `ConsoleStore`.
extension SQLiteStore {
    public func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        try await read { database in
            let rows = try Self.keyRows("WHERE secret_hash = ?", [Data(secretHash)], in: database)
            return try rows.next().map(Self.key)
        }
    }

    public func apiKeys() async throws(StoreError) -> [APIKey] {
        try await read { try unreadable.list(try Self.keyRows("ORDER BY name", [], in: $0).next, Self.key) }
    }

    private static func keyRows(
        _ condition: String, _ arguments: StatementArguments, in database: Database
    ) throws -> RowCursor {
        try Row.fetchCursor(
            database,
            sql: "SELECT name, scope, created_ms, created_by, last_used_ms FROM api_key " + condition,
            arguments: arguments)
    }

    private static func key(_ row: Row) throws(UnreadableRow) -> APIKey {
        let name: String = row[0]
        let text: String = row[1]
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
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO api_key (name, scope, created_ms, secret_hash, created_by) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    key.name, key.scope.description, key.createdAt.databaseValue, Data(secretHash), author.name,
                ])
            guard database.changesCount == 1 else { return false }
            try AuditRow.insert(AuditEntry(created: key, by: author), into: database)
            return true
        }
    }

    public func removeAPIKey(
        named name: String, keepingAdmin: Bool, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> KeyRemoval {
        try await write { database in
            let find = "SELECT scope FROM api_key WHERE name = ?"
            guard let scope = try String.fetchOne(database, sql: find, arguments: [name]) else { return .unknown }
            let admin = APIKey.Scope.admin.description
            if keepingAdmin, scope == admin {
                let countOthers = "SELECT count(*) FROM api_key WHERE scope = ? AND name <> ?"
                let count = try Int.fetchOne(database, sql: countOthers, arguments: [admin, name])
                if count == 0 { return .lastAdmin }
            }
            try database.execute(sql: "DELETE FROM api_key WHERE name = ?", arguments: [name])
            try AuditRow.insert(AuditEntry(revoked: name, scope: scope, by: author, at: now), into: database)
            return .removed
        }
    }

    public func noteUse(of keys: [String: Instant]) async throws(StoreError) {
        try await write { database in
            let note = try database.cachedStatement(
                sql: """
                    UPDATE api_key SET last_used_ms = max(coalesce(last_used_ms, 0), ?1)
                    WHERE name = ?2 AND created_ms <= ?1
                    """)
            for (name, instant) in keys { try note.execute(arguments: [instant.databaseValue, name]) }
        }
    }
}
