import GRDB
import JobCore
import Store

/// What is on record under the names of a batch, and what the batch has made of it so far.
struct JobsBefore {
    private var jobs: [JobName: JobBefore] = [:]

    /// Reads each job once.
    init(_ batch: JobBatch, in database: Database, leavingOut unreadable: UnreadableRows) throws {
        for name in batch.puts.map(\.job.name) + batch.deletions.map(\.name) where jobs[name] == nil {
            jobs[name] = try JobBefore(name, in: database, leavingOut: unreadable)
        }
    }

    /// A name of the batch.
    subscript(_ name: JobName) -> JobBefore {
        get { jobs[name] ?? JobBefore(nil) }
        set { jobs[name] = newValue }
    }
}
