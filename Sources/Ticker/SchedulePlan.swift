import HeapModule
public import JobCore
public import Store

extension ScheduleKey {
    fileprivate static func isBefore(_ first: ScheduleKey, _ second: ScheduleKey) -> Bool {
        if first.expression != second.expression { return first.expression < second.expression }
        if first.timeZone != second.timeZone { return first.timeZone < second.timeZone }
        return first.dst.description < second.dst.description
    }
}

/// Keeps the next occurrence of every distinct schedule. Pure: instants in, due occurrences out.
///
/// A tick changes only `upcoming`, which holds no references: a copy of the plan, which replaces it once what is due is
/// confirmed, costs next to nothing, however many schedules there are.
public struct SchedulePlan: Sendable {
    private struct Entry {
        var key: ScheduleKey
        var schedule: Schedule
        var services: [DistinctSchedule.ServiceJobs]
        var latestEffectiveAfter: Instant
    }

    /// The next occurrence of a schedule that is neither taken nor waits.
    private struct Upcoming: Comparable {
        var occurrence: Instant
        /// The place of its schedule in `entries`.
        var index: Int

        static func < (first: Upcoming, second: Upcoming) -> Bool {
            (first.occurrence, first.index) < (second.occurrence, second.index)
        }
    }

    /// A schedule that the plan leaves out, and why.
    public struct Unreadable: Sendable, Equatable {
        public var key: ScheduleKey
        public var error: ScheduleError
    }

    /// Every occurrence up to and including this instant was taken.
    public private(set) var cursor: Instant
    /// Every occurrence up to and including this instant was taken or waits.
    private var through: Instant
    /// `through` at the last successful refresh. Ticks after it may have missed schedules created since.
    private var refreshedThrough: Instant
    /// In the order of their keys, so that the same plan leads to the same messages in the same order.
    private var entries: [Entry] = []
    /// At most one for each schedule.
    private var upcoming = Heap<Upcoming>()
    /// The services whose many jobs have ranges of their own.
    private var largeServices: Set<String> = []
    /// The ranges of occurrences up to `through` that are not taken yet. They stay as they are cut: others would hold
    /// some jobs twice, and some not at all.
    private var ordinary = RangeQueue()
    private var bulk = RangeQueue()

    /// The newest `effectiveAfter` that was read of a schedule in the plan. The store decides it while no one else
    /// writes, so no job that was read later has an older one.
    private var newestEffectiveAfter: Instant?
    /// Whether this plan goes on from another ticker's cursor, and was not updated since.
    private var isTakenOver = true

    /// How far back the plan takes occurrences of a job that it did not know: a job may be stored just before an
    /// occurrence and read just after it. The dispatcher skips occurrences before the job's `effectiveAfter`, and an
    /// occurrence that is published twice is harmless.
    static let lookBackMilliseconds: Int64 = 60_000
    /// The same for the jobs that another ticker may not have known at its cursor. It read the store right before, so
    /// this is as long as a process may be frozen between its steps.
    static let takeoverLookBackMilliseconds: Int64 = 20_000
    /// While this number of bulk ranges waits, no further instant is begun: they must not fill the memory.
    private static let bulkMax = 200_000

    public init(cursor: Instant) {
        self.cursor = cursor
        through = cursor
        refreshedThrough = cursor
    }

    /// The cursor at the last successful refresh, or the cursor if it is earlier.
    public var knownThrough: Instant { min(cursor, refreshedThrough) }

    /// Takes over what has changed. Returns the schedules that cannot be read; the plan leaves them out.
    public mutating func update(_ changes: ScheduleChanges, zones: ZoneDatabase = .shared) -> [Unreadable] {
        let replaced = Set(changes.schedules.lazy.map(\.key)).union(changes.removed)
        guard changes.isComplete || !replaced.isEmpty else {
            confirm()
            return []
        }
        var known: [ScheduleKey: (entry: Entry, next: Instant?)] = [:]
        var updated: [(entry: Entry, next: Instant?)] = []
        for (entry, next) in zip(entries, nextOccurrences) {
            if replaced.contains(entry.key) {
                known[entry.key] = (entry, next)
            } else if !changes.isComplete {
                updated.append((entry, next))
            }
        }
        var unreadable: [Unreadable] = []
        for shared in changes.schedules.sorted(by: { ScheduleKey.isBefore($0.key, $1.key) }) {
            if let (entry, next) = known[shared.key] {
                updated.append(renewed(entry, next, shared))
                continue
            }
            do throws(ScheduleError) {
                let entry = Entry(
                    key: shared.key, schedule: try shared.key.parsed(zones: zones), services: shared.services,
                    latestEffectiveAfter: shared.latestEffectiveAfter)
                updated.append((entry, entry.schedule.next(after: start(shared))))
            } catch {
                unreadable.append(Unreadable(key: shared.key, error: error))
            }
        }
        updated.sort { ScheduleKey.isBefore($0.entry.key, $1.entry.key) }
        entries = updated.map(\.entry)
        setUpcoming(updated.map(\.next))
        largeServices = Self.largeServices(of: entries)
        newestEffectiveAfter = entries.lazy.map(\.latestEffectiveAfter).max()
        confirm()
        return unreadable
    }

    /// A known schedule, with the jobs that it has now.
    private func renewed(
        _ entry: Entry, _ next: Instant?, _ shared: DistinctSchedule
    ) -> (entry: Entry, next: Instant?) {
        var entry = entry
        entry.services = shared.services
        guard shared.latestEffectiveAfter > entry.latestEffectiveAfter else { return (entry, next) }
        entry.latestEffectiveAfter = shared.latestEffectiveAfter
        // Never later than before: the jobs already known keep their occurrences.
        return (entry, [next, entry.schedule.next(after: start(shared))].compactMap(\.self).min())
    }

    /// The next occurrence of each of `entries`.
    private var nextOccurrences: [Instant?] {
        var nexts: [Instant?] = Array(repeating: nil, count: entries.count)
        for next in upcoming.unordered { nexts[next.index] = next.occurrence }
        return nexts
    }

    private mutating func setUpcoming(_ nexts: [Instant?]) {
        upcoming = Heap(
            nexts.enumerated().compactMap { index, next in
                next.map { Upcoming(occurrence: $0, index: index) }
            })
    }

    private static func largeServices(of entries: [Entry]) -> Set<String> {
        var counts: [String: Int] = [:]
        for jobs in entries.lazy.flatMap(\.services) { counts[jobs.service, default: 0] += jobs.count }
        return Set(counts.lazy.filter { $0.value > ScheduleCut.jobsPerRangeMax }.map(\.key))
    }

    /// Notes that the schedules are up to date.
    private mutating func confirm() {
        refreshedThrough = through
        isTakenOver = false
    }

    /// Continues from another cursor, since another ticker has ticked in between. An occurrence of which a part was
    /// taken is taken again from its first range. The other ticker knew all jobs that this plan knows: it read them
    /// later.
    public mutating func move(to cursor: Instant) {
        (self.cursor, through, refreshedThrough) = (cursor, cursor, cursor)
        (ordinary, bulk) = (RangeQueue(), RangeQueue())
        isTakenOver = true
        setUpcoming(entries.map { $0.schedule.next(after: cursor) })
    }

    /// Computes the next occurrences again of the schedules whose time zones have other rules now. What is taken or
    /// waits stays as it is.
    public mutating func follow(_ zones: ZoneDatabase) {
        var nexts = nextOccurrences
        for (index, entry) in entries.enumerated() {
            guard let schedule = entry.schedule.following(zones) else { continue }
            // A schedule with a job that was read late has an occurrence before `through`.
            let taken = nexts[index].map { min(through, $0.adding(milliseconds: -1)) } ?? through
            entries[index].schedule = schedule
            nexts[index] = schedule.next(after: taken)
        }
        setUpcoming(nexts)
    }

    /// Takes ranges of the occurrences in (cursor, now], up to `limit` of them. If there are more, the cursor stays
    /// before the first occurrence that is not taken as a whole; call it again for the rest.
    ///
    /// Services take turns, so that none with many jobs is in the way of the others. What is bulk comes after all that
    /// is not, also after that of later occurrences. An occurrence without bulk is taken in parts only if it has more
    /// than `limit` ranges: a ticker that gets the baton in between repeats the parts before, which leads to the same
    /// executions.
    public mutating func takeDue(through now: Instant, limit: Int) -> [DueRange] {
        var due: [DueRange] = []
        while due.count < limit {
            if !ordinary.isEmpty {
                guard due.isEmpty || ordinary.count <= limit - due.count else { break }
                due += ordinary.take(limit)
            } else if bulk.count < Self.bulkMax, let instant = nextOccurrence, instant <= now {
                begin(instant)
            } else if !bulk.isEmpty {
                due += bulk.take(limit - due.count)
            } else {
                break
            }
        }
        through = max(through, nextOccurrence.map { min(now, $0.adding(milliseconds: -1)) } ?? now)
        let waiting = [ordinary.occurrence, bulk.occurrence].compactMap { $0?.adding(milliseconds: -1) }
        cursor = max(cursor, waiting.min().map { min(through, $0) } ?? through)
        return due
    }

    /// Cuts the schedules that are due at an instant into ranges, which wait from now on.
    private mutating func begin(_ instant: Instant) {
        var due: [Entry] = []
        while let first = upcoming.min, first.occurrence == instant {
            let entry = entries[first.index]
            due.append(entry)
            if let next = entry.schedule.next(after: instant) {
                upcoming.replaceMin(with: Upcoming(occurrence: next, index: first.index))
            } else {
                upcoming.removeMin()
            }
        }
        let turns = Turns(
            of: due.map { (key: $0.key, services: $0.services) }, at: instant, isLarge: largeServices.contains)
        ordinary.add(turns.ordinary)
        bulk.add(turns.bulk)
    }

    /// The earliest occurrence that is neither taken nor waits.
    public var nextOccurrence: Instant? {
        upcoming.min?.occurrence
    }

    /// The instant after which the occurrences of a schedule are still to be taken that is new, or has a job that is
    /// newer than before. That job may not be the only one.
    private func start(_ shared: DistinctSchedule) -> Instant {
        let known = min(through, refreshedThrough)
        let lookBack = isTakenOver ? Self.takeoverLookBackMilliseconds : Self.lookBackMilliseconds
        let earliest = known.adding(milliseconds: -lookBack)
        guard shared.latestEffectiveAfter > earliest else { return known }
        let unread = isTakenOver ? earliest : max(earliest, newestEffectiveAfter ?? earliest)
        return min(known, shared.latestEffectiveAfter, max(shared.earliestEffectiveAfter, unread))
    }
}
