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
public struct SchedulePlan: Sendable {
    private struct Entry {
        var schedule: Schedule
        var services: [DistinctSchedule.ServiceJobs]
        var latestEffectiveAfter: Instant
        /// The next occurrence that is neither taken nor waits.
        var next: Instant?
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
    private var entries: [ScheduleKey: Entry] = [:]
    /// The services whose many jobs have ranges of their own.
    private var largeServices: Set<String> = []
    /// The ranges of occurrences up to `through` that are not taken yet. They stay as they are cut: others would hold
    /// some jobs twice, and some not at all.
    private var ordinary = RangeQueue()
    private var bulk = RangeQueue()

    /// The newest `effectiveAfter` of all schedules at the last update. The store decides it while no one else writes,
    /// so no job that was read later has an older one.
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

    /// Replaces the set of schedules. Returns the schedules that cannot be read; the plan leaves them out.
    public mutating func update(_ schedules: [DistinctSchedule], zones: ZoneDatabase = .shared) -> [Unreadable] {
        var updated: [ScheduleKey: Entry] = [:]
        var unreadable: [Unreadable] = []
        for shared in schedules {
            if var known = entries[shared.key] {
                known.services = shared.services
                if shared.latestEffectiveAfter > known.latestEffectiveAfter {
                    known.latestEffectiveAfter = shared.latestEffectiveAfter
                    // Never later than before: the jobs already known keep their occurrences.
                    let next = known.schedule.next(after: start(shared))
                    known.next = [known.next, next].compactMap(\.self).min()
                }
                updated[shared.key] = known
                continue
            }
            do throws(ScheduleError) {
                let schedule = try shared.key.parsed(zones: zones)
                updated[shared.key] = Entry(
                    schedule: schedule, services: shared.services, latestEffectiveAfter: shared.latestEffectiveAfter,
                    next: schedule.next(after: start(shared)))
            } catch {
                unreadable.append(Unreadable(key: shared.key, error: error))
            }
        }
        entries = updated
        largeServices = Self.largeServices(of: schedules)
        newestEffectiveAfter = schedules.lazy.map(\.latestEffectiveAfter).max()
        confirm()
        return unreadable
    }

    private static func largeServices(of schedules: [DistinctSchedule]) -> Set<String> {
        var counts: [String: Int] = [:]
        for jobs in schedules.lazy.flatMap(\.services) { counts[jobs.service, default: 0] += jobs.count }
        return Set(counts.lazy.filter { $0.value > ScheduleCut.jobsPerRangeMax }.map(\.key))
    }

    /// Notes that the schedules have not changed since the last update.
    public mutating func confirm() {
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
        for (key, entry) in entries { entries[key]?.next = entry.schedule.next(after: cursor) }
    }

    /// Computes the next occurrences again of the schedules whose time zones have other rules now. What is taken or
    /// waits stays as it is.
    public mutating func follow(_ zones: ZoneDatabase) {
        for (key, entry) in entries {
            guard let schedule = entry.schedule.following(zones) else { continue }
            // A schedule with a job that was read late has an occurrence before `through`.
            let taken = entry.next.map { min(through, $0.adding(milliseconds: -1)) } ?? through
            entries[key]?.schedule = schedule
            entries[key]?.next = schedule.next(after: taken)
        }
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
        // In the order of their expressions, so that the same plan leads to the same messages in the same order.
        let due = entries.lazy.filter { $0.value.next == instant }.map { (key: $0.key, services: $0.value.services) }
            .sorted { ScheduleKey.isBefore($0.key, $1.key) }
        let turns = Turns(of: due, at: instant, isLarge: largeServices.contains)
        ordinary.add(turns.ordinary)
        bulk.add(turns.bulk)
        for (key, _) in due {
            let next = entries[key]?.schedule.next(after: instant)
            entries[key]?.next = next
        }
    }

    /// The earliest occurrence that is neither taken nor waits.
    public var nextOccurrence: Instant? {
        entries.values.lazy.compactMap(\.next).min()
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
