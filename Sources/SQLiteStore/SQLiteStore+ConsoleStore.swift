import GRDB
public import JobCore
public import Store
import StoreRows

extension SQLiteStore: ConsoleStore {
    public func jobs(_ query: JobQuery) async throws(StoreError) -> ListedJobs {
        let search = JobSearch(query)
        return try await read { try search.page(in: $0, leavingOut: unreadable) }
    }

    public func change(
        _ batch: JobBatch, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobBatchResult {
        guard !batch.isEmpty else { return .made(puts: [], deletions: []) }
        return try await write { database in
            let now = now()
            var before: [JobName: JobBefore] = [:]
            for name in batch.puts.map(\.job.name) + batch.deletions.map(\.name) where before[name] == nil {
                before[name] = try JobRow.before(name, in: database, leavingOut: unreadable)
            }
            let plan = JobBatchPlan(batch, before: before, by: author, now: now)
            for step in plan.steps {
                switch step {
                case .write(let stored): try JobRow.write(stored, to: database)
                case .noteEarlierRuns(let name): try JobRow.noteEarlierRuns(of: name, in: database)
                case .forgetLastSuccess(let name): try JobRow.forgetLastSuccess(of: name, in: database)
                case .delete(let name): try JobRow.delete(name, now: now, from: database)
                case .audit(let entry): try AuditRow.insert(entry, into: database)
                }
            }
            if plan.isChanged { try JobRow.countChange(in: database) }
            return plan.result
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
}
