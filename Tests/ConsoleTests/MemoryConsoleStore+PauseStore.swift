import JobCore
import Store

extension MemoryConsoleStore: PauseStore {
    func pause(
        _ subject: JobPause.Subject, note: String?, until: Instant?, by author: ChangeAuthor,
        now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> (pause: JobPause, jobCount: Int)? {
        _ = try read()
        let now = now()
        return change { content in
            var pause = JobPause(subject, note: note, begunAt: now, until: until, by: author.name)
            let before = content.pauses.first { $0.subject == subject && $0.covers(now) }
            content.audit.append(AuditEntry(paused: pause, replacing: before, by: author, at: now))
            if let index = content.pauses.firstIndex(where: { $0.subject == subject && $0.covers(now) }) {
                pause.begunAt = content.pauses[index].begunAt
                content.pauses[index] = pause
            } else {
                guard content.pauses.count < content.pausesMax else { return nil }
                content.pauses.append(pause)
            }
            return (pause, content.jobs.values.count { pause.concerns($0.job) })
        }
    }

    func resume(
        _ subject: JobPause.Subject, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobPause? {
        _ = try read()
        let now = now()
        return change { content in
            guard let index = content.pauses.firstIndex(where: { $0.subject == subject && $0.covers(now) }) else {
                return nil
            }
            content.audit.append(AuditEntry(resumed: content.pauses[index], by: author, at: now))
            content.pauses[index].endedAt = now
            return content.pauses[index]
        }
    }

    func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause] {
        try read().pauses.filter { $0.begunAt <= last && ($0.end.map { first < $0 } ?? true) }
    }
}
