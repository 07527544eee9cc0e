public import JobCore

/// The role of the ticker: which schedules there are.
public protocol ScheduleStore: Sendable {
    /// The schedules whose enabled jobs have changed since a revision of the jobs, or all schedules. Its cost is in
    /// proportion to the jobs of these schedules.
    func schedules(changedSince revision: Int64?) async throws(StoreError) -> ScheduleChanges

    /// The earliest instant, `instant` or later, of which an occurrence belongs to a job with this schedule: see
    /// `StoredJob.firstRun(from:)`. Nil when there is none.
    func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant?

    /// The newest occurrence of any schedule that ever had an execution, also when that was removed since; nil when
    /// there was none. A run that was asked for does not count.
    func newestOccurrence() async throws(StoreError) -> Instant?
}

extension ScheduleStore {
    /// Every schedule that at least one enabled job has, each once, in no order that a caller may rely on.
    public func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] {
        try await schedules(changedSince: nil).schedules
    }
}
