public import JobCore
public import Store

extension ScheduleKey {
    fileprivate var order: (String, String, String) { (expression, timeZone, dst.description) }
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

    /// How far back the plan takes occurrences of a new schedule: a job may be stored just before an occurrence and
    /// read just after it. The dispatcher skips occurrences before the job's `effectiveAfter`, and an occurrence that
    /// is published twice is harmless.
    static let lookBackMilliseconds: Int64 = 60_000
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
    public mutating func update(_ schedules: [DistinctSchedule]) -> [ScheduleKey] {
        var updated: [ScheduleKey: Entry] = [:]
        var unreadable: [ScheduleKey] = []
        for shared in schedules {
            if var known = entries[shared.key] {
                known.services = shared.services
                if shared.latestEffectiveAfter > known.latestEffectiveAfter {
                    known.latestEffectiveAfter = shared.latestEffectiveAfter
                    // Never later than before: the jobs already known keep their occurrences.
                    let next = known.schedule.next(after: start(shared.latestEffectiveAfter))
                    known.next = [known.next, next].compactMap(\.self).min()
                }
                updated[shared.key] = known
            } else if let schedule = try? shared.key.parsed() {
                updated[shared.key] = Entry(
                    schedule: schedule, services: shared.services, latestEffectiveAfter: shared.latestEffectiveAfter,
                    next: schedule.next(after: start(shared.latestEffectiveAfter)))
            } else {
                unreadable.append(shared.key)
            }
        }
        entries = updated
        largeServices = Self.largeServices(of: schedules)
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
    }

    /// Continues from another cursor, since another ticker has ticked in between. An occurrence of which a part was
    /// taken is taken again from its first range.
    public mutating func move(to cursor: Instant) {
        (self.cursor, through) = (cursor, cursor)
        (ordinary, bulk) = (RangeQueue(), RangeQueue())
        confirm()
        for key in entries.keys {
            guard let entry = entries[key] else { continue }
            let next = entry.schedule.next(after: start(entry.latestEffectiveAfter))
            entries[key]?.next = next
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
            .sorted { $0.key.order < $1.key.order }
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

    /// The instant after which a schedule's occurrences are still to be taken.
    private func start(_ latestEffectiveAfter: Instant) -> Instant {
        let known = min(through, refreshedThrough)
        let isYoung = known.milliseconds(since: latestEffectiveAfter) < Self.lookBackMilliseconds
        return isYoung ? min(known, latestEffectiveAfter) : known
    }
}
