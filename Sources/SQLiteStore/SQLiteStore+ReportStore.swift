import GRDB
public import JobCore
public import Store

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
