public import JobCore
import PostgreSQL
public import Store

extension PostgresStore: PauseStore {
    public func pause(
        _ subject: JobPause.Subject, note: String?, until: Instant?, by author: ChangeAuthor,
        now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> (pause: JobPause, jobCount: Int)? {
        try await change { database in
            // The first answer comes when no other program writes any more. The count is the same at every instant.
            let jobCount = try PauseRow.jobCount(of: subject, in: database)
            let now = now()
            PauseRow.endThoseOver(at: now, in: database)
            var pause = JobPause(subject, note: note, begunAt: now, until: until, by: author.name)
            let before = try PauseRow.current(subject, at: now, in: database).first
            if let before {
                // A beginning in the future is from before the clock was turned back.
                pause.begunAt = min(before.pause.begunAt, now)
                PauseRow.update(before.seq, to: pause, in: database)
            } else {
                guard try PauseRow.mayBeAdded(in: database) else { return nil }
                PauseRow.insert(pause, into: database)
            }
            AuditRow.insert(AuditEntry(paused: pause, replacing: before?.pause, by: author, at: now), into: database)
            return (pause, jobCount)
        }
    }

    public func resume(
        _ subject: JobPause.Subject, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobPause? {
        try await change { database in
            // The answer comes when no other program writes any more.
            _ = try database.rows("SELECT 1")
            let now = now()
            let ended = try PauseRow.current(subject, at: now, in: database).map { current in
                var pause = current.pause
                pause.endedAt = max(pause.begunAt, now)
                PauseRow.update(current.seq, to: pause, in: database)
                AuditRow.insert(AuditEntry(resumed: current.pause, by: author, at: now), into: database)
                return pause
            }
            return ended.first
        }
    }

    /// Serves `DispatchStore`, too.
    public func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause] {
        try await read { [unreadable] in
            try PauseRow.covering(from: first, through: last, in: $0, leavingOut: unreadable)
        }
    }

    /// Serves `ExpiryStore`.
    public func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        try await write { try $0.execute(PauseRow.removeOver, [.instant(instant), .count(limit)]) }
    }
}
