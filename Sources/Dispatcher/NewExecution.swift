import JobCore
import Store

/// An execution to be put on record, with its job.
struct NewExecution {
    var job: Job
    var execution: Execution

    /// Puts all of them on record in one transaction; the answer keeps their order. Throws `StoreError`.
    static func record(
        _ new: [NewExecution], in store: any DispatchStore, now: Instant
    ) async throws(StoreError) -> [(job: Job, execution: RecordedExecution)] {
        let recorded = try await store.create(new.map(\.execution), now: now)
        precondition(recorded.count == new.count, "the store answers one execution for each one")
        return zip(new, recorded).map { ($0.job, $1) }
    }
}
