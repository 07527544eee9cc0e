public import JobCore
import PostgreSQL
public import Store
import StoreRows

/// The jobs of `ConsoleStore` and `DispatchStore`.
extension PostgresStore {
    public func jobs(_ query: JobQuery) async throws(StoreError) -> ListedJobs {
        let search = JobSearch(query)
        return try await snapshot { [unreadable] in try search.page(in: $0, leavingOut: unreadable) }
    }

    public func jobs(
        with schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int
    ) async throws(StoreError) -> JobPage {
        try await read { [unreadable] database in
            try JobRow.page(
                database, of: schedule, in: range, limit: limit, bytesMax: bytesMax, leavingOut: unreadable)
        }
    }

    /// Serves both.
    public func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try await read { try JobRow.find(name, in: $0) }
    }

    public func change(
        _ batch: JobBatch, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobBatchResult {
        guard !batch.isEmpty else { return .made(puts: [], deletions: []) }
        return try await change { [unreadable] database in
            let names = Set(batch.puts.map(\.job.name) + batch.deletions.map(\.name))
            let before = try JobRow.before(names, in: database, leavingOut: unreadable)
            // After an answer: no other program writes any more.
            let now = now()
            let plan = JobBatchPlan(batch, before: before, by: author, now: now)
            for step in plan.steps {
                switch step {
                case .write(let stored): try JobRow.write(stored, to: database)
                case .noteEarlierRuns(let name): JobRow.noteEarlierRuns(of: name, in: database)
                case .forgetLastSuccess(let name): JobRow.forgetLastSuccess(of: name, in: database)
                case .delete(let name): JobRow.delete(name, now: now, from: database)
                case .audit(let entry): AuditRow.insert(entry, into: database)
                }
            }
            if plan.isChanged { JobRow.countChange(in: database) }
            return plan.result
        }
    }
}
