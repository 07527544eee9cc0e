import GRDB
public import JobCore
public import Store

extension SQLiteStore: PauseStore {
    public func pause(
        _ subject: JobPause.Subject, note: String?, until: Instant?, by author: ChangeAuthor,
        now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> (pause: JobPause, jobCount: Int)? {
        try await write { database in
            let now = now()
            try PauseRow.endThoseOver(at: now, in: database)
            var pause = JobPause(subject, note: note, begunAt: now, until: until, by: author.name)
            let before = try PauseRow.current(subject, at: now, in: database).first
            if let before {
                // A beginning in the future is from before the clock was turned back.
                pause.begunAt = min(before.pause.begunAt, now)
                try PauseRow.update(before.seq, to: pause, in: database)
            } else {
                guard try PauseRow.mayBeAdded(in: database) else { return nil }
                try PauseRow.insert(pause, into: database)
            }
            try AuditRow.insert(
                AuditEntry(paused: pause, replacing: before?.pause, by: author, at: now), into: database)
            return (pause, try PauseRow.jobCount(of: subject, in: database))
        }
    }

    public func resume(
        _ subject: JobPause.Subject, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobPause? {
        try await write { database in
            let now = now()
            let ended = try PauseRow.current(subject, at: now, in: database).map { current in
                var pause = current.pause
                pause.endedAt = max(pause.begunAt, now)
                try PauseRow.update(current.seq, to: pause, in: database)
                try AuditRow.insert(AuditEntry(resumed: current.pause, by: author, at: now), into: database)
                return pause
            }
            return ended.first
        }
    }

    /// Serves `DispatchStore`, too.
    public func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause] {
        try await read { try PauseRow.covering(from: first, through: last, in: $0, leavingOut: unreadable) }
    }

    /// Serves `ExpiryStore`. It searches in a read, which is in nobody's way.
    public func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        let found = try await read { database in
            try Int64.fetchAll(
                try database.cachedStatement(sql: PauseRow.selectOver), arguments: [instant.databaseValue, limit])
        }
        guard !found.isEmpty else { return 0 }
        try await write { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM pause WHERE seq = ?")
            for seq in found { try delete.execute(arguments: [seq]) }
        }
        return found.count
    }
}
