import Determinism
import JobCore
import Messaging
import MessagingTesting
import Reaper
import StageKit
import Store

@testable import Courier
@testable import Ticker

/// One pass of each stage, by the code that the real programs run.
extension PipelineWorld {
    /// A ticker takes the baton, ticks and hands the baton over. Without a baton it checks whether to publish one.
    func tick(ticker index: Int = 0, crash: Crash? = nil, afterPublishes: Int = 0) async {
        let connection = connection(.tickerBaton)
        let ticker = tickers[index]
        connection.crash(at: crash, afterPublishes: afterPublishes)
        let baton = connection.take(1).first
        await process(crash) {
            if let baton { await ticker.hold(baton, connection) } else { await ticker.repairIfLost() }
        }
        if connection.hasCrashed { tickers[index] = newTicker() }
        connection.close()
        broker.advance(to: now)
    }

    /// Ticks, and waits a second when there is no baton. A ticker with the baton turns the clock by its own waits.
    func tickOn(ticker index: Int = 0) async {
        await tick(ticker: index)
        if cursor == nil { await advance(seconds: 1) }
    }

    /// The cursor of the waiting baton.
    var cursor: Instant? {
        broker.waiting(in: WorkQueue.tickerBaton.rawValue).first
            .flatMap { try? MessageCoder.decode(Baton.self, from: $0.body) }?.cursor
    }

    /// A pump handles a batch of due events, runs or reports, publishes the results, and acks.
    func pump(_ queue: WorkQueue, limit: Int = 100, crash: Crash? = nil) async {
        let connection = connection(queue)
        let batch = connection.take(limit)
        guard !batch.isEmpty, let pump = newPump(queue, connection) else { return }
        connection.crash(at: crash)
        noteDue(batch, of: queue)
        await process(crash) { await pump.pass(batch, connection) }
        connection.close()
    }

    /// A courier runs until its batch is delivered, it crashes, or its time is over. Then it is shut down, or cancelled
    /// if `isCutOff`. The waits of its deliveries turn the clock.
    func deliver(
        from queue: WorkQueue = .courierDeliveries, limit: Int = 100, crash: Crash? = nil, afterPublishes: Int = 0,
        lastsMilliseconds: Int64 = 10_000, isCutOff: Bool = false
    ) async {
        let connection = connection(queue)
        let batch = connection.take(limit)
        guard !batch.isEmpty else { return }
        noteQuestions(batch)
        connection.crash(at: crash, afterPublishes: afterPublishes)
        let shift = Shift(
            [.init(batch)], broker: connection, subscription: connection, simulation: simulation,
            endsAfterMilliseconds: lastsMilliseconds, unless: { connection.hasCrashed })
        let courier = newCourier(of: queue, shift, in: simulation)
        let (services, simulation) = (services, simulation)
        await simulation.run {
            await withTaskGroup { group in
                group.addTask { await services.sendCallbacksOnTime(in: simulation) }
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

    /// Everything that stands before a mark in the queues of deliveries is handled, and then the mark.
    func passMarks() async {
        await pump(.dispatcherDeliveries)
        await deliver(from: .courierBulk)
        await deliver()
    }

    /// The callback role passes on what services published, and each recorder handles a batch of its line.
    func record(limit: Int = 100, crash: Crash? = nil) async {
        await pump(.ingesterCallbacks, limit: limit)
        for line in ReportLine.allCases { await pump(.ingesterReports(line), limit: limit, crash: crash) }
    }

    /// A recorder is frozen with a batch in hand. The broker gives the batch to another recorder, and the frozen one
    /// goes on with it later.
    func recordTwice(_ line: ReportLine, limit: Int, whileFrozen work: () async -> Void) async {
        let connection = connection(.ingesterReports(line))
        let batch = connection.take(limit)
        guard !batch.isEmpty, let pump = newPump(.ingesterReports(line), connection) else { return }
        connection.close()
        await work()
        await pump.pass(batch, connection)
    }

    /// A reaper searches for passed deadlines and lost deliveries.
    func reap(reaper index: Int = 0, crash: Crash? = nil) async {
        await sign()
        reaperConnection.crash(at: crash)
        let (reaper, now) = (reapers[index], now)
        await process(crash) {
            // A reaper whose store or broker is unavailable tries again a second later.
            for service in reaper { try? await service.runOnce(at: now) }
        }
        if reaperConnection.hasCrashed { reapers[index] = newReaper(reaperConnection) }
        reaperConnection.close()
    }

    /// A process that may crash works in a separate task, which is cancelled by the crash.
    private func process(_ crash: Crash?, _ work: @escaping @Sendable () async -> Void) async {
        guard crash != nil else { return await work() }
        await withTaskGroup { group in
            group.addTask { await work() }
        }
    }

    /// Notes how often the record was asked about these deliveries because they had waited for long.
    func noteQuestions(_ batch: [InboundMessage]) {
        for delivery in batch.compactMap({ try? DeliveryRequested(reading: $0) }) where delivery.replays.isJudged {
            ledger.questions[delivery.executionID] = max(
                ledger.questions[delivery.executionID] ?? 0, delivery.deferrals.askedCount)
        }
    }

    /// Notes the expected results of due events that are handled now. The first due event of an occurrence decides.
    func noteDue(_ batch: [InboundMessage], of queue: WorkQueue) {
        guard [.dispatcherDue, .dispatcherBulk].contains(queue), !store.isUnavailable else { return }
        let handledAt = now
        for message in batch {
            guard let due = try? MessageCoder.decode(ScheduleDue.self, from: message.body) else { continue }
            for job in jobs where job.job.schedule == due.schedule && job.owns(due.occurrence) {
                let occurrence = Ledger.Occurrence(job: job.name, at: due.occurrence)
                guard ledger.due[occurrence] == nil else { continue }
                guard !isPaused(job.job, at: due.occurrence) else {
                    ledger.paused.insert(occurrence)
                    continue
                }
                ledger.due[occurrence] = Ledger.Due(
                    isMissed: job.misses(due.occurrence, handledAt: max(due.tickedAt, handledAt)) {
                        isPaused(job.job, at: $0)
                    },
                    policy: job.job.misfire)
            }
        }
    }
}
