import JobCore
package import Store

/// What is on record under a job's name when a job is put or deleted.
package struct JobBefore {
    /// The job; nil if there is none, or none that can be read.
    package private(set) var stored: StoredJob?
    /// When the job was created, if its row can't be read.
    private var unreadableSince: Instant?

    /// What is on record; nil if there is no such job.
    package init(_ stored: StoredJob?) { self.stored = stored }

    /// A row that can't be read is no obstacle: to put the job again is how it is repaired. `createdMilliseconds` is
    /// what the row says.
    package init(unreadableSince createdMilliseconds: Int64?) {
        unreadableSince =
            createdMilliseconds.flatMap(Instant.init(readable:)) ?? Instant.recordable.lowerBound
    }

    /// True when there was no job of that name, or only a deleted one.
    package var isAbsent: Bool { stored == nil && unreadableSince == nil }

    package var isExclusive: Bool { stored?.job.isExclusive ?? false }

    func replaced(by job: Job, now: Instant) -> StoredJob {
        stored?.replaced(by: job, now: now)
            ?? StoredJob(job: job, effectiveAfter: now, createdAt: unreadableSince ?? now, updatedAt: now)
    }
}
