public import JobCore

/// The role of the admin API for operators' pauses.
///
///     let paused = try await store.pause(.tag("nightly"), note: "moving", until: nil, by: author, now: time.now())
///     let inForce = try await store.pauses(inForceAt: time.now())
public protocol PauseStore: Sendable {
    /// Pauses a subject from `now` on, and answers how many jobs on record that concerns; nil, and nothing is changed,
    /// when `JobPause.inForceMax` pauses are in force.
    ///
    /// What is paused already keeps its pause and the beginning of it, and gets another note, end and author. The
    /// subject need not exist: a pause of a service or of a tag is also one of jobs that are put later. `now` is asked
    /// for once, when no other program writes any more.
    func pause(
        _ subject: JobPause.Subject, note: String?, until: Instant?, by author: ChangeAuthor,
        now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> (pause: JobPause, jobCount: Int)?

    /// Ends the pause of a subject, and answers it with its end; nil when the subject is not paused. The pause stays on
    /// record, for occurrences within it that are handled late.
    func resume(
        _ subject: JobPause.Subject, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobPause?

    /// The pauses that cover an instant of those from `first` through `last`: see `DispatchStore`.
    func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause]
}

extension PauseStore {
    /// The pauses that cover an instant.
    public func pauses(inForceAt instant: Instant) async throws(StoreError) -> [JobPause] {
        try await pauses(from: instant, through: instant)
    }
}
