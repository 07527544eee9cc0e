public import JobCore
public import Store

extension PostgresStore: ReportStore {
    public func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution]) {
        try await write { [unreadable] database in
            var update = try ExecutionUpdater(database, of: ids, line: line, leavingOut: unreadable)
            let decision = decide(update.loaded, update.lineProgress)
            try update.apply(decision.changes)
            if decision.progress != update.lineProgress {
                LineProgressRow.enqueue(decision.progress, of: line, to: database)
            }
            return (decision.answer, try update.release(because: decision.released, at: decision.decidedAt))
        }
    }
}
