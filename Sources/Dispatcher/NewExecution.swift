import JobCore
import Store

/// An execution that is not recorded yet, with its job.
struct NewExecution {
    var job: Job
    var execution: Execution

    /// Records all executions in one transaction, and returns them in the same order. Left out is one that is on record
    /// already and can't be read there: nobody knows whether it was delivered.
    static func record(
        _ new: [NewExecution], in store: any DispatchStore, time: any TimeSource
    ) async throws(StoreError) -> [(job: Job, execution: RecordedExecution)] {
        let recorded = try await store.create(new.map(\.execution), now: { time.now() })
        precondition(recorded.count == new.count, "the store returns one execution for each execution given to it")
        return zip(new, recorded).compactMap { new, recorded in recorded.map { (new.job, $0) } }
    }
}
