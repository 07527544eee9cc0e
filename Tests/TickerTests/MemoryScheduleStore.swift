import JobCore
import Store
import Synchronization

/// A store of schedules that the test sets and can make unavailable.
final class MemoryScheduleStore: ScheduleStore {
    struct Content {
        var revision: Int64 = 1
        /// Each with the revision in which it changed.
        var schedules: [(changedIn: Int64, schedule: DistinctSchedule)] = []
        var newest: Instant?
        /// The start of the jobs; nil when they are over.
        var runsFrom: Instant? = Instant(secondsSinceEpoch: 0)
        /// How often all schedules were read.
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

    func put(_ schedules: [DistinctSchedule]) {
        content.withLock { content in
            content.revision += 1
            content.schedules += schedules.map { (content.revision, $0) }
        }
    }

    func schedules(changedSince revision: Int64?) async throws(StoreError) -> ScheduleChanges {
        if revision == nil { content.withLock { $0.scans += 1 } }
        let content = try read()
        return ScheduleChanges(
            revision: content.revision, isComplete: revision == nil,
            schedules: content.schedules.filter { $0.changedIn > revision ?? 0 }.map(\.schedule))
    }

    func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try read().runsFrom.map { max($0, instant) }
    }

    func newestOccurrence() async throws(StoreError) -> Instant? { try read().newest }
}
