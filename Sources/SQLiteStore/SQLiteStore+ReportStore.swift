import GRDB
public import JobCore
public import Store

extension SQLiteStore: ReportStore {
    public func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution]) {
        try await writeTogether { [unreadable] database in
            var update = try ExecutionUpdater(database, of: ids, leavingOut: unreadable)
            let before = try LineProgressRow.find(line, in: database)
            let decision = decide(update.loaded, before)
            try update.apply(decision.changes)
            if decision.progress != before {
                try LineProgressRow.write(decision.progress, of: line, to: database)
            }
            return (decision.answer, try update.release(because: decision.released, at: decision.decidedAt))
        }
    }
}
