internal import GRDB
public import JobCore
public import Store

extension SQLiteStore: DispatchStore {
    public func create(_ executions: [Execution], now: Instant) async throws(StoreError) -> [RecordedExecution] {
        guard !executions.isEmpty else { return [] }
        return try await write { database in
            var creation = try ExecutionInserter(database, now: now)
            let created = try executions.map { try creation.create($0) }
            try creation.noteNewestOccurrence(of: executions)
            return created
        }
    }
}

extension SQLiteStore: ReportStore {
    public func update<Answer: Sendable>(
        _ ids: [ExecutionID],
        _ decide: @Sendable ([ExecutionID: Execution]) -> (changes: [ExecutionChange], answer: Answer)
    ) async throws(StoreError) -> Answer {
        try await write { database in
            let update = try ExecutionUpdater(database, of: ids)
            let (changes, answer) = decide(update.loaded)
            try update.apply(changes)
            return answer
        }
    }
}

extension SQLiteStore: CallbackStore {
    public func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus] {
        try await read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT id, status FROM execution WHERE id IN " + ManyIDs.placeholders)
            var statuses: [ExecutionID: ExecutionStatus] = Dictionary(minimumCapacity: ids.count)
            try ManyIDs.forEachRow(of: ids, with: statement) { row in
                var column = ColumnReader(row)
                statuses[try column.identifier()] = try column.decoded(ExecutionStatus.init(code:))
            }
            return statuses
        }
    }
}
