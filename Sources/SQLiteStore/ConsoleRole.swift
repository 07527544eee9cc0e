internal import FoundationEssentials
internal import GRDB
public import JobCore
public import Store

extension SQLiteStore: ConsoleStore {
    /// A `more` that is no token of this store leads to an empty page.
    public func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage {
        guard let search = ExecutionSearch(query) else { return ExecutionPage(executions: [], more: nil) }
        return try await read { try search.page(in: $0) }
    }

    public func execution(_ id: ExecutionID) async throws(StoreError) -> Execution? {
        try await read { database in
            try ExecutionRow.find(id, with: try database.cachedStatement(sql: ExecutionRow.selectByID))?.execution
        }
    }

    public func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        try await keys("WHERE secret_hash = ?", [Data(secretHash)]).first
    }

    public func apiKeys() async throws(StoreError) -> [APIKey] {
        try await keys("ORDER BY name", [])
    }

    private func keys(_ condition: String, _ arguments: StatementArguments) async throws(StoreError) -> [APIKey] {
        try await read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT name, scope, created_ms FROM api_key " + condition, arguments: arguments)
            return try Array(
                rows.map { row in
                    var column = ColumnReader(row)
                    let name = try column.next(String.self)
                    guard let scope = APIKey.Scope(try column.next()) else {
                        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the key \(name) has no scope")
                    }
                    return APIKey(name: name, scope: scope, createdAt: try column.instant())
                })
        }
    }

    public func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO api_key (name, scope, created_ms, secret_hash) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [key.name, key.scope.description, key.createdAt.databaseValue, Data(secretHash)])
            return database.changesCount == 1
        }
    }

    public func removeAPIKey(named name: String) async throws(StoreError) -> Bool {
        try await write { database in
            try database.execute(sql: "DELETE FROM api_key WHERE name = ?", arguments: [name])
            return database.changesCount == 1
        }
    }
}
