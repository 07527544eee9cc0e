public import JobCore

/// The role of the ticker: which schedules there are.
public protocol ScheduleStore: Sendable {
    /// A number that grows with every change of a job. While it stays the same, the schedules need not be read again.
    func jobsRevision() async throws(StoreError) -> Int64

    /// Every schedule that at least one enabled job has, each once, in no order that a caller may rely on.
    func distinctSchedules() async throws(StoreError) -> [DistinctSchedule]

    /// The earliest instant, `instant` or later, of which an occurrence belongs to a job with this schedule: see
    /// `StoredJob.firstRun(from:)`. Nil when there is none.
    func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant?

    /// The newest occurrence of any schedule that ever had an execution, also when that was removed since; nil when
    /// there was none. A run that was asked for does not count.
    func newestOccurrence() async throws(StoreError) -> Instant?
}
