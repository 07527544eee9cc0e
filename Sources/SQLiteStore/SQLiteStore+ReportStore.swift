import GRDB
public import JobCore
public import Store

extension SQLiteStore: ReportStore {
    public func update<Answer: Sendable>(
        _ ids: [ExecutionID], of shard: ReportShard,
        _ decide: @Sendable ([ExecutionID: Execution], ShardProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> Answer {
        try await write { database in
            let update = try ExecutionUpdater(database, of: ids, leavingOut: unreadable)
            let before = try ShardProgressRow.find(shard, in: database)
            let decision = decide(update.loaded, before)
            try update.apply(decision.changes)
            if decision.progress != before {
                try ShardProgressRow.write(decision.progress, of: shard, to: database)
            }
            return decision.answer
        }
    }
}
