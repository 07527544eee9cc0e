public import JobCore

/// A stage that works by the clock: a function from an instant to messages. `Periodic` runs it.
///
///     struct ScheduleCounter: PeriodicStage {
///         let store: any ScheduleStore
///         let name = "schedules"
///         let intervalMilliseconds: Int64 = 60_000
///
///         func pass(at now: Instant) async throws -> PassResult {
///             PassResult(count: try await store.distinctSchedules().count)
///         }
///     }
public protocol PeriodicStage: Sendable {
    /// The name in the log, such as `expiries`.
    var name: String { get }
    /// The time from the end of one pass to the start of the next.
    var intervalMilliseconds: Int64 { get }
    /// Does the work that is due at `now`, and returns the messages to publish. Throws `StoreError` when the store
    /// fails.
    func pass(at now: Instant) async throws -> PassResult
    /// The messages of the pass at `now` are confirmed.
    func confirmed(at now: Instant)
}

extension PeriodicStage {
    public func confirmed(at now: Instant) {}
}
