import JobCore
import Messaging
import MessagingTesting

/// What follows when nothing fails any more.
extension PipelineWorld {
    /// Ticks and dispatches everything up to now, then pauses all jobs and lets time pass until nothing is open.
    /// Answers what did not come to rest.
    func settle() async throws -> [String] {
        store.isAway = false
        broker.setAvailable(true)
        let end = now
        var rounds = 0
        while !undue(through: end).isEmpty || hasWaiting(.dispatcherDue), rounds < 300 {
            rounds += 1
            await tickOn()
            await pump(.dispatcherDue)
            await services.speak()
        }
        let unticked = undue(through: end).map { "the occurrence \($0.at.rfc3339) of \($0.job) was never due" }
        for index in jobs.indices where jobs[index].isLive {
            try await change(index) { $0.job.isEnabled = false }
        }
        return unticked + (await letTimePass())
    }

    /// Occurrences that no dispatcher was told of yet.
    private func undue(through end: Instant) -> [Ledger.Occurrence] {
        jobs.flatMap { job in
            job.occurrences(through: end).map { Ledger.Occurrence(job: job.name, at: $0) }
                .filter { ledger.due[$0] == nil }
        }
    }

    /// Works everything off at each instant, and goes from one to the next at which something happens.
    func letTimePass() async -> [String] {
        var reapAt = now
        for _ in 0..<2_000 {
            await workOff(reaping: now >= reapAt)
            if now >= reapAt { reapAt = now.adding(seconds: 5) }
            guard !store.open.isEmpty || !broker.isIdle || services.nextCallbackAt != nil else { return [] }
            let soon = [services.nextCallbackAt, broker.nextRelease].compactMap { $0?.milliseconds(since: now) }
            await advance(milliseconds: max(1, min(soon.min() ?? 20_000, 20_000)))
        }
        return ["there is no rest: \(store.open.count) executions are open, the broker is idle: \(broker.isIdle)"]
    }

    /// Every stage but the ticker works until all queues are empty.
    func workOff(reaping: Bool = true) async {
        await services.speak()
        if reaping, !store.open.isEmpty { await reap() }
        for _ in 0..<200 where WorkQueue.allCases.contains(where: { $0 != .tickerBaton && hasWaiting($0) }) {
            for queue in [.dispatcherDue, .dispatcherRuns, .dispatcherDeliveries] as [WorkQueue] { await pump(queue) }
            await deliver()
            await services.speak()
            await pump(.ingesterReports)
        }
    }

    func hasWaiting(_ queue: WorkQueue) -> Bool {
        !broker.waiting(in: queue.rawValue).isEmpty
    }
}
