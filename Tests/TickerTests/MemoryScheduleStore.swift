import JobCore
import Store
import Synchronization

/// A store of schedules that the test sets and can make unavailable.
final class MemoryScheduleStore: ScheduleStore {
    struct Content {
        var revision: Int64 = 1
        var schedules: [DistinctSchedule] = []
        var newest: Instant?
        /// The start of the jobs; nil when they are over.
        var runsFrom: Instant? = Instant(secondsSinceEpoch: 0)
        var scans = 0
        var reads = 0
        var isUnavailable = false
    }

    let content = Mutex(Content())

    private func read() throws(StoreError) -> Content {
        let content = content.withLock { content in
            content.reads += 1
            return content
        }
        guard !content.isUnavailable else { throw .unavailable("switched off") }
        return content
    }

    func jobsRevision() async throws(StoreError) -> Int64 { try read().revision }
    func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] {
        content.withLock { $0.scans += 1 }
        return try read().schedules
    }

    func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try read().runsFrom.map { max($0, instant) }
    }

    func newestOccurrence() async throws(StoreError) -> Instant? { try read().newest }
}
