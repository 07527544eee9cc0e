import JobCore
import Messaging
import MessagingTesting

/// The end of a world, without further faults.
extension PipelineWorld {
    /// Ticks and dispatches everything up to now, then pauses all jobs and lets time pass until no execution is open.
    /// Returns a sentence for everything that did not end.
    func settle() async throws -> [String] {
        store.isUnavailable = false
        broker.setAvailable(true)
        let end = now
        var rounds = 0
        while !unhandledOccurrences(through: end).isEmpty || hasWaiting(.dispatcherDue), rounds < 300 {
            rounds += 1
            await tickOn()
            await pump(.dispatcherDue)
            await services.sendDueCallbacks()
        }
        let unticked = unhandledOccurrences(through: end).map {
            "the occurrence \($0.at.rfc3339) of \($0.job) was never due"
        }
        for index in jobs.indices where jobs[index].isLive {
            try await change(index) { $0.job.isEnabled = false }
        }
        return unticked + (await letTimePass())
    }

    /// The occurrences that no dispatcher has handled yet.
    private func unhandledOccurrences(through end: Instant) -> [Ledger.Occurrence] {
        jobs.flatMap { job in
            job.occurrences(through: end).map { Ledger.Occurrence(job: job.name, at: $0) }
                .filter { ledger.due[$0] == nil && !isPaused(job.job, at: $0.at) }
        }
    }

    /// Lets all stages work at each instant, and then turns the clock to the next instant at which something happens.
    func letTimePass() async -> [String] {
        var reapAt = now
        for _ in 0..<2_000 {
            await workOff(reaping: now >= reapAt)
            if now >= reapAt { reapAt = now.adding(seconds: 5) }
            guard !store.open.isEmpty || !broker.isIdle || services.nextCallbackAt != nil else { return [] }
            let soon = [services.nextCallbackAt, broker.nextRelease].compactMap { $0?.milliseconds(since: now) }
            // Marks come while time passes, each before the last is too old.
            await advance(milliseconds: max(1, min(soon.min() ?? 10_000, 10_000)))
        }
        return [
            "the pipeline does not end: \(store.open.count) executions are open, the broker is idle: \(broker.isIdle)"
        ]
    }

    /// Every stage but the ticker works until all queues are empty.
    func workOff(reaping: Bool = true) async {
        await services.sendDueCallbacks()
        if reaping, !store.open.isEmpty {
            // The recorder has the latest signs of life, as it has when it is at work.
            await record()
            await reap()
        }
        for _ in 0..<200 where WorkQueue.allCases.contains(where: { $0 != .tickerBaton && hasWaiting($0) }) {
            for queue in WorkQueue.allCases where queue.rawValue.hasPrefix("dispatcher.") { await pump(queue) }
            await deliver()
            await deliver(from: .courierBulk)
            await services.sendDueCallbacks()
            await record()
        }
    }

    func hasWaiting(_ queue: WorkQueue) -> Bool {
        !broker.waiting(in: queue.rawValue).isEmpty
    }
}
