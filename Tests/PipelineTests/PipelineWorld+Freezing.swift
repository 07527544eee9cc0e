import Courier
import Determinism
import JobCore
import Messaging
import MessagingTesting
import StageKit

@testable import Ticker

/// Processes that are frozen at a point of a pass, as if by SIGSTOP, and go on later with what they had in hand.
///
/// A frozen process keeps its messages as long as its connection lasts. Once the broker has dropped that, others are
/// given the messages, and the process still has them in hand: it publishes what it made of them when it goes on, and
/// its acks are void.
extension PipelineWorld {
    struct Freeze {
        var point: Crash
        var afterPublishes = 0
        /// Whether the broker drops the connection.
        var isDropped = true
    }

    /// A pump is frozen in its pass. `work` is what the others do meanwhile.
    func pump(_ queue: WorkQueue, limit: Int = 100, frozen freeze: Freeze, _ work: () async -> Void) async {
        let connection = CrashingConnection(broker, queue: queue)
        let batch = connection.take(limit)
        guard !batch.isEmpty, let pump = newPump(queue, connection) else { return }
        noteDue(batch, of: queue)
        await stop(connection, freeze, work, in: Simulation(clock) { _ in }) { await pump.pass(batch, connection) }
    }

    /// A courier is frozen before, while or after it reports an attempt, with other attempts in flight, and deliveries
    /// that wait.
    func deliver(limit: Int = 100, frozen freeze: Freeze, _ work: () async -> Void) async {
        let connection = CrashingConnection(broker, queue: .courierDeliveries)
        let batch = connection.take(limit)
        guard !batch.isEmpty else { return }
        noteQuestions(batch)
        let clock = clock
        let machine = Simulation(clock) { clock.turn(milliseconds: $0) }
        let shift = Shift(
            [.init(batch)], broker: connection, subscription: connection, simulation: machine,
            endsAfterMilliseconds: 200_000, unless: { false })
        let courier = newCourier(of: .courierDeliveries, shift, in: machine)
        let services = services
        await stop(connection, freeze, work, in: machine) {
            await withTaskGroup { group in
                group.addTask { await services.sendCallbacksOnTime(in: machine) }
                group.addTask { try? await courier.run() }
                await group.next()
                group.cancelAll()
            }
        }
        broker.advance(to: now)
    }

    /// A ticker is frozen with the baton, before, while or after it publishes due events, or a new baton.
    func tick(frozen freeze: Freeze, _ work: () async -> Void) async {
        let connection = CrashingConnection(broker, queue: .tickerBaton)
        guard let baton = connection.take(1).first else { return }
        let ticker = newTicker(connection)
        await stop(connection, freeze, work, in: Simulation(clock) { _ in }) { await ticker.hold(baton, connection) }
    }

    /// A reaper is frozen while it reports what it has found.
    func reap(frozen freeze: Freeze, _ work: () async -> Void) async {
        await sign()
        let connection = CrashingConnection(broker)
        let (reaper, now) = (newReaper(connection), now)
        await stop(connection, freeze, work, in: Simulation(clock) { _ in }) {
            for service in reaper { try? await service.runOnce(at: now) }
        }
    }

    private func stop(
        _ connection: CrashingConnection, _ freeze: Freeze, _ work: () async -> Void, in machine: Simulation,
        _ process: @escaping @Sendable () async -> Void
    ) async {
        let gate = Gate()
        connection.freeze(at: freeze.point, afterPublishes: freeze.afterPublishes, gate)
        async let end: Void = {
            await machine.run(process)
            gate.end()
        }()
        if await gate.isReached() {
            if freeze.isDropped { connection.drop() }
            broker.advance(to: now)
            await work()
            gate.thaw()
        }
        await end
        requestedByFrozen.formUnion(connection.requestedDeliveries)
        connection.close()
    }
}
