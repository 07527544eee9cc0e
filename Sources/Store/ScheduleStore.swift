public import JobCore

/// What the ticker asks: which schedules there are.
public protocol ScheduleStore: Sendable {
    /// Grows with every change of a job, so that an unchanged set need not be read again.
    func jobsRevision() async throws(StoreError) -> Int64

    /// Every distinct schedule that an enabled job has.
    func distinctSchedules() async throws(StoreError) -> [DistinctSchedule]

    /// The newest occurrence of a schedule that ever had an execution, whatever became of its history.
    func newestOccurrence() async throws(StoreError) -> Instant?
}
