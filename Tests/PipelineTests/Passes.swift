import Determinism
import JobCore
import MessagingTesting
import Store
import Messaging
import Reaper
import StageKit

@testable import Courier
@testable import Ticker

/// One pass of each stage, by the code that the real programs run.
extension PipelineWorld {
    /// A ticker takes the baton, ticks, passes it on. Without a baton it looks whether one has to be made.
    func tick(ticker index: Int = 0, death: Death? = nil, afterPublishes: Int = 0) async {
        let connection = connection(.tickerBaton)
        let ticker = tickers[index]
        connection.doom(to: death, afterPublishes: afterPublishes)
        let baton = connection.take(1).first
        await process(death) {
            if let baton { await ticker.hold(baton, connection) } else { await ticker.repairIfLost() }
        }
        if connection.isDead { tickers[index] = newTicker() }
        connection.close()
        broker.advance(to: now)
    }

    /// A tick, and a second to wait when there is no baton: who holds it turns the clock by waiting.
    func tickOn(ticker index: Int = 0) async {
        await tick(ticker: index)
        if cursor == nil { await advance(seconds: 1) }
    }

    /// The instant up to which the ticker has answered, as the waiting baton says.
    var cursor: Instant? {
        broker.waiting(in: WorkQueue.tickerBaton.rawValue).first
            .flatMap { try? MessageCoder.decode(Baton.self, from: $0.body) }?.cursor
    }

    /// A batch of due events, runs or reports goes through its handler, publishes, and is acknowledged.
    func pump(_ queue: WorkQueue, limit: Int = 100, death: Death? = nil) async {
        let connection = connection(queue)
        let batch = connection.take(limit)
        guard !batch.isEmpty, let pump = pumps[queue] else { return }
        connection.doom(to: death)
        await process(death) { await pump.pass(batch, connection) }
        if queue == .dispatcherDue, !store.isAway { note(batch) }
        connection.close()
    }

    /// A courier runs until a batch is worked off, it dies, or its time is up and it is shut down: at its end, or cut
    /// off then. The clock is turned by as much as its deliveries wait.
    func deliver(
        limit: Int = 100, death: Death? = nil, afterPublishes: Int = 0, lastsMilliseconds: Int64 = 10_000,
        isCutOff: Bool = false
    ) async {
        let connection = connection(.courierDeliveries)
        let batch = connection.take(limit)
        guard !batch.isEmpty else { return }
        connection.doom(to: death, afterPublishes: afterPublishes)
        let shift = Shift(
            [.init(batch)], broker: connection, subscription: connection, simulation: simulation,
            endsAfterMilliseconds: lastsMilliseconds, unless: { connection.isDead })
        let courier = newCourier(shift)
        let (services, simulation) = (services, simulation)
        await simulation.run {
            await withTaskGroup { group in
                group.addTask { await services.speakInTime() }
                group.addTask { try? await courier.run() }
                if isCutOff {
                    group.addTask { try? await simulation.sleep(milliseconds: lastsMilliseconds) }
                }
                await group.next()
                group.cancelAll()
            }
        }
        connection.close()
        broker.advance(to: now)
    }

    /// A reaper looks for passed deadlines and lost deliveries.
    func reap(reaper index: Int = 0, death: Death? = nil) async {
        reaperConnection.doom(to: death)
        let (reaper, now) = (reapers[index], now)
        await process(death) {
            // A reaper whose store or broker is unavailable tries again a second later.
            for service in reaper { try? await service.runOnce(at: now) }
        }
        if reaperConnection.isDead { reapers[index] = newReaper() }
        reaperConnection.close()
    }

    /// Who may die works in a task of its own, which is cancelled when that happens.
    private func process(_ death: Death?, _ work: @escaping @Sendable () async -> Void) async {
        guard death != nil else { return await work() }
        await withTaskGroup { group in
            group.addTask { await work() }
        }
    }

    /// Keeps what these due events had to lead to. The first one about an occurrence decides.
    private func note(_ batch: [InboundMessage]) {
        for message in batch {
            guard let due = try? MessageCoder.decode(ScheduleDue.self, from: message.body) else { continue }
            for job in jobs where job.job.schedule == due.schedule && job.owns(due.occurrence) {
                let occurrence = Ledger.Occurrence(job: job.name, at: due.occurrence)
                guard ledger.due[occurrence] == nil else { continue }
                ledger.due[occurrence] = Ledger.Due(
                    isMissed: job.misses(due.occurrence, tickedAt: due.tickedAt), policy: job.job.misfire)
            }
        }
    }
}
