public import JobCore
public import Store

extension ScheduleKey {
    fileprivate var order: (String, String, String) { (expression, timeZone, dst.description) }
}

/// Keeps the next occurrence of every distinct schedule. Pure: instants in, due occurrences out.
public struct SchedulePlan: Sendable {
    private struct Entry {
        var schedule: Schedule
        var jobCount: Int
        var latestEffectiveAfter: Instant
        var next: Instant?
    }

    /// Every occurrence up to and including this instant was taken.
    public private(set) var cursor: Instant
    /// The cursor at the last successful refresh. Ticks after it may have missed schedules created since.
    public private(set) var knownThrough: Instant
    private var entries: [ScheduleKey: Entry] = [:]

    /// How far back the plan takes occurrences of a new schedule: a job may be stored just before an occurrence and
    /// read just after it. The dispatcher skips occurrences before the job's `effectiveAfter`, and an occurrence that
    /// is published twice is harmless.
    static let lookBackMilliseconds: Int64 = 60_000

    public init(cursor: Instant) {
        self.cursor = cursor
        knownThrough = cursor
    }

    /// Replaces the set of schedules. Returns the schedules that cannot be read; the plan leaves them out.
    public mutating func update(_ schedules: [DistinctSchedule]) -> [ScheduleKey] {
        var updated: [ScheduleKey: Entry] = [:]
        var unreadable: [ScheduleKey] = []
        for shared in schedules {
            if var known = entries[shared.key] {
                known.jobCount = shared.jobCount
                if shared.latestEffectiveAfter > known.latestEffectiveAfter {
                    known.latestEffectiveAfter = shared.latestEffectiveAfter
                    // Never later than before: the jobs already known keep their occurrences.
                    let next = known.schedule.next(after: start(shared.latestEffectiveAfter))
                    known.next = [known.next, next].compactMap(\.self).min()
                }
                updated[shared.key] = known
            } else if let schedule = try? shared.key.parsed() {
                updated[shared.key] = Entry(
                    schedule: schedule, jobCount: shared.jobCount, latestEffectiveAfter: shared.latestEffectiveAfter,
                    next: schedule.next(after: start(shared.latestEffectiveAfter)))
            } else {
                unreadable.append(shared.key)
            }
        }
        entries = updated
        confirm()
        return unreadable
    }

    /// Notes that the schedules have not changed since the last update.
    public mutating func confirm() {
        knownThrough = cursor
    }

    /// Continues from another cursor, since another ticker has ticked in between.
    public mutating func move(to cursor: Instant) {
        self.cursor = cursor
        confirm()
        for key in entries.keys {
            guard let entry = entries[key] else { continue }
            let from = start(entry.latestEffectiveAfter)
            entries[key]?.next = entry.schedule.next(after: from)
        }
    }

    /// Takes the occurrences in (cursor, now], oldest first. If there are more than `limit`, it takes the first of
    /// them, at least `limit`, and moves the cursor past these; call it again for the rest.
    public mutating func takeDue(through now: Instant, limit: Int) -> [DueOccurrence] {
        var due: [DueOccurrence] = []
        var covered = now
        while let instant = nextOccurrence, instant <= now {
            if due.count >= limit {
                covered = instant.adding(milliseconds: -1)
                break
            }
            // In the order of their expressions, so that the same plan leads to the same messages in the same order.
            let sharing = entries.filter { $0.value.next == instant }.sorted { $0.key.order < $1.key.order }
            for (key, entry) in sharing {
                due.append(DueOccurrence(key: key, occurrence: instant, jobCount: entry.jobCount))
                entries[key]?.next = entry.schedule.next(after: instant)
            }
        }
        cursor = max(cursor, covered)
        return due
    }

    /// The earliest occurrence not yet taken.
    public var nextOccurrence: Instant? {
        entries.values.lazy.compactMap(\.next).min()
    }

    /// The instant after which a schedule's occurrences are still to be taken.
    private func start(_ latestEffectiveAfter: Instant) -> Instant {
        let known = min(cursor, knownThrough)
        let isYoung = knownThrough.milliseconds(since: latestEffectiveAfter) < Self.lookBackMilliseconds
        return isYoung ? min(known, latestEffectiveAfter) : known
    }
}
