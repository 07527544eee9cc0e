import GRDB
import JobCore
import Store

/// What is on record under a job's name when a job is put or deleted.
struct JobBefore {
    /// The job; nil if there is none, or none that can be read.
    private(set) var stored: StoredJob?
    /// When the job was created, if its row can't be read.
    private var unreadableSince: Instant?

    /// What a change of the same transaction has put; nil for a job that it has deleted.
    init(_ stored: StoredJob?) { self.stored = stored }

    /// A row that can't be read is noted, and is no obstacle: to put the job again is how it is repaired.
    init(_ name: JobName, in database: Database, leavingOut unreadable: UnreadableRows) throws {
        do {
            stored = try JobRow.find(name, in: database)
        } catch let row as UnreadableRow {
            unreadable.note(row)
            let created = try Int64.fetchOne(
                database, sql: "SELECT created_ms FROM job WHERE service = ? AND name = ?",
                arguments: [name.service, name.job])
            unreadableSince = created.flatMap(Instant.init(readable:)) ?? Instant.recordable.lowerBound
        }
    }

    /// True when there was no job of that name, or only a deleted one.
    var isAbsent: Bool { stored == nil && unreadableSince == nil }

    var isExclusive: Bool { stored?.job.isExclusive ?? false }

    func replaced(by job: Job, now: Instant) -> StoredJob {
        stored?.replaced(by: job, now: now)
            ?? StoredJob(job: job, effectiveAfter: now, createdAt: unreadableSince ?? now, updatedAt: now)
    }
}
