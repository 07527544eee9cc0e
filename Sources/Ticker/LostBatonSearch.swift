import JobCore
import Store

/// Finds out from the record whether the tickers have stopped. A standby asks every few seconds, so it reads only the
/// schedules that have changed, and expects something else only when they, their time zones or the record have.
struct LostBatonSearch {
    private struct Basis: Equatable {
        var revision: Int64
        /// The generation of the time zones.
        var zones: Int
        var newestOccurrence: Instant?
    }

    private let store: any ScheduleStore
    private let zones: ZoneDatabase
    private var basis: Basis?
    private var schedules: [ScheduleKey: DistinctSchedule] = [:]
    /// The next occurrence of each schedule after the newest on record, the earliest first.
    private var expected: [ExpectedOccurrence] = []

    /// Overdue schedules of which one search asks the store for their jobs.
    private static let askedMax = 100

    init(_ store: any ScheduleStore, zones: ZoneDatabase) {
        self.store = store
        self.zones = zones
    }

    /// Whether an occurrence that leads to an execution is overdue, and has none. Occurrences that belong to no job,
    /// before the start of all jobs for example, have none either.
    mutating func isOverdue(newestOccurrence: Instant?, now: Instant) async throws(StoreError) -> Bool {
        if let newestOccurrence, now.milliseconds(since: newestOccurrence) < BatonRepair.overdueMilliseconds {
            return false
        }
        let changes = try await store.schedules(changedSince: basis?.revision)
        let current = Basis(
            revision: changes.revision, zones: zones.generation, newestOccurrence: newestOccurrence)
        if current != basis {
            changes.apply(to: &schedules)
            expected = BatonRepair.expected(after: newestOccurrence, schedules: Array(schedules.values), zones: zones)
            basis = current
        }
        for candidate in BatonRepair.overdue(expected, now: now).prefix(Self.askedMax) {
            let first = try await store.firstRun(of: candidate.key, from: candidate.occurrence)
            if first == candidate.occurrence { return true }
            expected.removeAll { $0 == candidate }
            let next = first.flatMap {
                try? candidate.key.parsed(zones: zones).next(after: $0.adding(milliseconds: -1))
            }
            if let next { expected.append(ExpectedOccurrence(key: candidate.key, occurrence: next)) }
        }
        expected.sort { $0.occurrence < $1.occurrence }
        return false
    }
}
