import JobCore
import Store

/// An execution that is not recorded yet, with its job.
struct NewExecution {
    var job: Job
    var execution: Execution

    /// Records all executions in one transaction, and returns them in the same order. Throws `StoreError`.
    static func record(
        _ new: [NewExecution], in store: any DispatchStore, now: Instant
    ) async throws(StoreError) -> [(job: Job, execution: RecordedExecution)] {
        let recorded = try await store.create(new.map(\.execution), now: now)
        precondition(recorded.count == new.count, "the store returns one execution for each execution given to it")
        return zip(new, recorded).map { ($0.job, $1) }
    }
}
