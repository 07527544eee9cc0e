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
        /// The next occurrence, of which the first `takenShards` of `shardCount` shards were taken.
        private(set) var next: Instant?
        private(set) var takenShards = 0
        /// Fixed while an occurrence is taken in parts: another count would cut the jobs in other places.
        private(set) var shardCount = 1

        init(_ schedule: Schedule, jobCount: Int, latestEffectiveAfter: Instant) {
            self.schedule = schedule
            self.jobCount = jobCount
            self.latestEffectiveAfter = latestEffectiveAfter
        }

        var waitingShards: Int { shardCount - takenShards }

        mutating func moveNext(to next: Instant?) {
            guard next != self.next else { return }
            (self.next, takenShards) = (next, 0)
        }

        /// Takes the next shard of the occurrence; after its last one, the next occurrence follows.
        mutating func takeShard() {
            guard let next else { return }
            takenShards += 1
            if takenShards == shardCount { moveNext(to: schedule.next(after: next)) }
        }

        mutating func fixShardCount() {
            guard takenShards == 0 else { return }
            shardCount = max(1, (jobCount + SchedulePlan.jobsPerShardMax - 1) / SchedulePlan.jobsPerShardMax)
        }
    }

    /// The jobs of one due event at most; a schedule with more jobs is cut into shards.
    private static let jobsPerShardMax = 500

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
                    known.moveNext(to: [known.next, next].compactMap(\.self).min())
                }
                updated[shared.key] = known
            } else if let schedule = try? shared.key.parsed() {
                var entry = Entry(
                    schedule, jobCount: shared.jobCount, latestEffectiveAfter: shared.latestEffectiveAfter)
                entry.moveNext(to: schedule.next(after: start(shared.latestEffectiveAfter)))
                updated[shared.key] = entry
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

    /// Continues from another cursor, since another ticker has ticked in between. An occurrence of which a part was
    /// taken is taken again from its first shard.
    public mutating func move(to cursor: Instant) {
        self.cursor = cursor
        confirm()
        for key in entries.keys {
            guard let entry = entries[key] else { continue }
            let from = start(entry.latestEffectiveAfter)
            entries[key]?.moveNext(to: nil)
            entries[key]?.moveNext(to: entry.schedule.next(after: from))
        }
    }

    /// Takes the shards of the occurrences in (cursor, now], oldest first, up to `limit` of them. If there are more,
    /// the cursor stays before the instant that is not taken as a whole; call it again for the rest.
    ///
    /// Schedules that are due at the same instant take turns, shard by shard, so that none with many jobs is in the
    /// way of the others. An instant is taken in parts only if it has more than `limit` shards: a ticker that gets the
    /// baton in between repeats the parts before, which leads to the same executions.
    public mutating func takeDue(through now: Instant, limit: Int) -> [DueShard] {
        var due: [DueShard] = []
        var covered = now
        while let instant = nextOccurrence, instant <= now {
            let isCut = !takeShards(of: instant, limit: limit, into: &due)
            guard isCut else { continue }
            covered = instant.adding(milliseconds: -1)
            break
        }
        cursor = max(cursor, covered)
        return due
    }

    /// Takes the shards that are due at an instant. Returns false if there are more of them than `due` may hold.
    private mutating func takeShards(of instant: Instant, limit: Int, into due: inout [DueShard]) -> Bool {
        // In the order of their expressions, so that the same plan leads to the same messages in the same order.
        var sharing = entries.filter { $0.value.next == instant }.map(\.key).sorted { $0.order < $1.order }
        for key in sharing { entries[key]?.fixShardCount() }
        let waiting = sharing.reduce(0) { $0 + (entries[$1]?.waitingShards ?? 0) }
        guard due.isEmpty || waiting <= limit - due.count else { return false }
        while due.count < limit, !sharing.isEmpty {
            for key in sharing.prefix(limit - due.count) {
                guard let entry = entries[key] else { continue }
                due.append(
                    DueShard(key: key, occurrence: instant, shard: entry.takenShards, shardCount: entry.shardCount))
                entries[key]?.takeShard()
            }
            sharing.removeAll { entries[$0]?.next != instant }
        }
        return sharing.isEmpty
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
