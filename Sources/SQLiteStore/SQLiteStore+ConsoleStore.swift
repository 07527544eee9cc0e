import GRDB
public import JobCore
public import Store

extension SQLiteStore: ConsoleStore {
    public func jobs(_ query: JobQuery) async throws(StoreError) -> ListedJobs {
        let search = JobSearch(query)
        return try await read { try search.page(in: $0, leavingOut: unreadable) }
    }

    public func change(
        _ batch: JobBatch, by author: ChangeAuthor, now: @autoclosure @Sendable () -> Instant
    ) async throws(StoreError) -> JobBatchResult {
        guard !batch.isEmpty else { return .made(puts: [], deletions: []) }
        return try await write { database in
            let now = now()
            var jobs = try JobsBefore(batch, in: database, leavingOut: unreadable)
            let failed = batch.failedPreconditions(isAbsent: { jobs[$0].isAbsent }, stored: { jobs[$0].stored })
            guard failed.isEmpty else { return .refused(failed) }
            var isChanged = false
            let puts = try batch.puts.map { put in
                let before = jobs[put.job.name]
                let stored = before.replaced(by: put.job, now: now)
                jobs[put.job.name] = JobBefore(stored)
                if before.stored?.etag != stored.etag {
                    try JobRow.write(stored, to: database)
                    isChanged = true
                }
                if put.job.isExclusive, !before.isExclusive {
                    try JobRow.noteEarlierRuns(of: put.job.name, in: database)
                }
                if before.isAbsent { try JobRow.forgetLastSuccess(of: put.job.name, in: database) }
                if let entry = AuditEntry(put: stored, replacing: before.stored, by: author) {
                    try AuditRow.insert(entry, into: database)
                }
                return PutJob(before: before.stored, stored: stored, isNew: before.isAbsent)
            }
            let deletions = try batch.deletions.map { deletion in
                let before = jobs[deletion.name]
                jobs[deletion.name] = JobBefore(nil)
                if !before.isAbsent {
                    try JobRow.delete(deletion.name, now: now, from: database)
                    let entry = AuditEntry(deleted: deletion.name, before.stored, by: author, at: now)
                    try AuditRow.insert(entry, into: database)
                    isChanged = true
                }
                return DeletedJob(
                    name: deletion.name, before: before.stored, deletedAt: before.isAbsent ? nil : now)
            }
            if isChanged { try JobRow.countChange(in: database) }
            return .made(puts: puts, deletions: deletions)
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
