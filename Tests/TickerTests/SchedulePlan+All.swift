import JobCore
import Store

@testable import Ticker

extension SchedulePlan {
    /// Replaces all schedules.
    mutating func update(_ schedules: [DistinctSchedule], zones: ZoneDatabase = .shared) -> [Unreadable] {
        update(ScheduleChanges(revision: 1, isComplete: true, schedules: schedules), zones: zones)
    }
}
