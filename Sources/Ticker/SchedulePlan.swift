public import JobCore
public import Store

/// A schedule that is due for an occurrence.
public struct DueOccurrence: Sendable, Equatable {
    public var key: ScheduleKey
    public var occurrence: Instant
    public var jobCount: Int
}

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

    /// Everything up to and including this instant was answered.
    public private(set) var cursor: Instant
    /// The cursor when the schedules were last known to be all there are. What was ticked since was ticked without
    /// those that are younger.
    public private(set) var knownThrough: Instant
    private var entries: [ScheduleKey: Entry] = [:]

    /// How far back a schedule that is new to the plan is looked at. A job may be stored just before an occurrence
    /// and be seen just after it; occurrences before its `since` are not its own, and one told twice is harmless.
    static let lookBackMilliseconds: Int64 = 60_000

    public init(cursor: Instant) {
        self.cursor = cursor
        knownThrough = cursor
    }

    /// Takes the present set of schedules. Answers those that can't be read, which are left out.
    public mutating func update(_ schedules: [DistinctSchedule]) -> [ScheduleKey] {
        var updated: [ScheduleKey: Entry] = [:]
        var unreadable: [ScheduleKey] = []
        for shared in schedules {
            if var known = entries[shared.key] {
                known.jobCount = shared.jobCount
                if shared.latestEffectiveAfter > known.latestEffectiveAfter {
                    known.latestEffectiveAfter = shared.latestEffectiveAfter
                    // Never later than before: what is due for the jobs already known is still theirs.
                    let again = known.schedule.next(after: start(shared.latestEffectiveAfter))
                    known.next = [known.next, again].compactMap(\.self).min()
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

    /// The schedules are still those of the last update.
    public mutating func confirm() {
        knownThrough = cursor
    }

    /// Goes on from another instant: another ticker has ticked in between, or a batch could not be published.
    public mutating func move(to cursor: Instant) {
        self.cursor = cursor
        confirm()
        for key in entries.keys {
            guard let entry = entries[key] else { continue }
            let from = start(entry.latestEffectiveAfter)
            entries[key]?.next = entry.schedule.next(after: from)
        }
    }

    /// What is due in (cursor, now], oldest first. After a long pause it answers part of it, at least `limit`
    /// messages' worth, and moves the cursor only as far as that; ask again for the rest.
    public mutating func takeDue(through now: Instant, limit: Int) -> [DueOccurrence] {
        var due: [DueOccurrence] = []
        var covered = now
        while let instant = nextOccurrence, instant <= now {
            if due.count >= limit {
                covered = instant.adding(milliseconds: -1)
                break
            }
            // In the order of their expressions, so that the same plan says the same in the same order.
            let sharing = entries.filter { $0.value.next == instant }.sorted { $0.key.order < $1.key.order }
            for (key, entry) in sharing {
                due.append(DueOccurrence(key: key, occurrence: instant, jobCount: entry.jobCount))
                entries[key]?.next = entry.schedule.next(after: instant)
            }
        }
        cursor = max(cursor, covered)
        return due
    }

    /// The earliest occurrence not yet answered.
    public var nextOccurrence: Instant? {
        entries.values.lazy.compactMap(\.next).min()
    }

    /// Where the occurrences begin that a schedule is still owed.
    private func start(_ latestEffectiveAfter: Instant) -> Instant {
        let known = min(cursor, knownThrough)
        let isYoung = knownThrough.milliseconds(since: latestEffectiveAfter) < Self.lookBackMilliseconds
        return isYoung ? min(known, latestEffectiveAfter) : known
    }
}
