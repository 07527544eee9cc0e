package import JobCore
package import Store

/// What a store writes for a batch of changes of jobs. Pure.
///
///     let plan = JobBatchPlan(batch, before: jobs, by: author, now: now)
///     for step in plan.steps { try write(step) }
///     return plan.result
package struct JobBatchPlan {
    /// A part of the change. They are made in their order, in one transaction.
    package enum Step {
        /// The job is inserted, or its row is replaced.
        case write(StoredJob)
        /// The job becomes exclusive: no new run starts before all of its open ones have ended.
        case noteEarlierRuns(JobName)
        /// The job was deleted and comes back as a new one: the successes of its former life are not its own.
        case forgetLastSuccess(JobName)
        case delete(JobName)
        case audit(AuditEntry)
    }

    package private(set) var steps: [Step] = []
    /// Whether a job is not as before: the steps then make another revision of the jobs.
    package private(set) var isChanged = false
    package private(set) var result: JobBatchResult

    /// `jobs` has every name of the batch.
    package init(_ batch: JobBatch, before jobs: [JobName: JobBefore], by author: ChangeAuthor, now: Instant) {
        var jobs = jobs
        func before(_ name: JobName) -> JobBefore { jobs[name] ?? JobBefore(nil) }
        let failed = batch.failedPreconditions(
            isAbsent: { before($0).isAbsent }, stored: { before($0).stored })
        result = .refused(failed)
        guard failed.isEmpty else { return }
        let puts = batch.puts.map { put in
            let name = put.job.name
            let before = before(name)
            let stored = before.replaced(by: put.job, now: now)
            jobs[name] = JobBefore(stored)
            add(put: stored, replacing: before, by: author)
            return PutJob(before: before.stored, stored: stored, isNew: before.isAbsent)
        }
        let deletions = batch.deletions.map { deletion in
            let before = before(deletion.name)
            jobs[deletion.name] = JobBefore(nil)
            if !before.isAbsent {
                steps.append(.delete(deletion.name))
                steps.append(.audit(AuditEntry(deleted: deletion.name, before.stored, by: author, at: now)))
                isChanged = true
            }
            return DeletedJob(name: deletion.name, before: before.stored, deletedAt: before.isAbsent ? nil : now)
        }
        result = .made(puts: puts, deletions: deletions)
    }

    private mutating func add(put stored: StoredJob, replacing before: JobBefore, by author: ChangeAuthor) {
        let name = stored.job.name
        if before.stored?.etag != stored.etag {
            steps.append(.write(stored))
            isChanged = true
        }
        if stored.job.isExclusive, !before.isExclusive { steps.append(.noteEarlierRuns(name)) }
        if before.isAbsent { steps.append(.forgetLastSuccess(name)) }
        if let entry = AuditEntry(put: stored, replacing: before.stored, by: author) { steps.append(.audit(entry)) }
    }
}
