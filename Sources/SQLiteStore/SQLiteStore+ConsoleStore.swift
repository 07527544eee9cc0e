import FoundationEssentials
import GRDB
public import JobCore
public import Store

extension SQLiteStore: ConsoleStore {
    public func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> ListedJobs {
        try await read { database in
            let first = ("", "")
            let (afterService, afterJob) = after.map { ($0.service, $0.job) } ?? first
            let condition = service == nil ? "" : "AND service = ?3 "
            let arguments: [DatabaseValue] =
                [afterService.databaseValue, afterJob.databaseValue] + (service.map { [$0.databaseValue] } ?? [])
            return try JobRow.listed(
                database,
                where: "WHERE deleted_ms IS NULL AND (service, name) > (?1, ?2) " + condition
                    + "ORDER BY service, name",
                StatementArguments(arguments), limit: limit, leavingOut: unreadable)
        }
    }

    public func put(
        _ jobs: [Job], now: @autoclosure @Sendable () -> Instant
    ) async throws(StoreError) -> [PutJob] {
        guard !jobs.isEmpty else { return [] }
        return try await write { database in
            let now = now()
            try JobRow.countChange(in: database)
            return try jobs.map { job in
                let before = try JobBefore(job.name, in: database, leavingOut: unreadable)
                let stored = before.replaced(by: job, now: now)
                try JobRow.write(stored, to: database)
                if job.isExclusive, !before.isExclusive { try JobRow.noteEarlierRuns(of: job.name, in: database) }
                if before.isAbsent { try JobRow.forgetLastSuccess(of: job.name, in: database) }
                return PutJob(stored: stored, isNew: before.isAbsent)
            }
        }
    }

    public func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE job SET deleted_ms = ?1, updated_ms = ?1
                    WHERE service = ?2 AND name = ?3 AND deleted_ms IS NULL
                    """,
                arguments: [now.databaseValue, name.service.databaseValue, name.job.databaseValue])
            guard database.changesCount == 1 else { return false }
            try JobRow.forgetTags(of: name, in: database)
            try JobRow.countChange(in: database)
            return true
        }
    }

    public func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage {
        let search = ExecutionSearch(query)
        return try await read { try search.page(in: $0, leavingOut: unreadable) }
    }

    public func execution(_ id: ExecutionID) async throws(StoreError) -> Execution? {
        try await read { database in
            try ExecutionRow.find(id, with: try database.cachedStatement(sql: ExecutionRow.selectByID))?.execution
        }
    }

    public func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        try await read { database in
            let rows = try Self.keyRows("WHERE secret_hash = ?", [Data(secretHash)], in: database)
            return try rows.next().map(Self.key)
        }
    }

    public func apiKeys() async throws(StoreError) -> [APIKey] {
        try await read { try unreadable.list(try Self.keyRows("ORDER BY name", [], in: $0), Self.key) }
    }

    private static func keyRows(
        _ condition: String, _ arguments: StatementArguments, in database: Database
    ) throws -> RowCursor {
        try Row.fetchCursor(
            database, sql: "SELECT name, scope, created_ms FROM api_key " + condition, arguments: arguments)
    }

    private static func key(_ row: Row) throws(UnreadableRow) -> APIKey {
        let name: String = row[0]
        let text: String = row[1]
        guard let scope = APIKey.Scope(text) else {
            throw UnreadableRow(.apiKey, "the API key \(name)", reason: "“\(text)” is not a scope")
        }
        return try UnreadableRow.naming(.apiKey, "the API key \(name)") {
            var column = ColumnReader(row, from: 2)
            return APIKey(name: name, scope: scope, createdAt: try column.instant())
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
