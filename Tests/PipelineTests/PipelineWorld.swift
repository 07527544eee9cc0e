import Courier
import Determinism
import Dispatcher
import Ingester
import JobCore
import Logging
import Messaging
import MessagingTesting
import Reaper
import SQLiteStore
import Signing
import StageKit
import Store
import Synchronization
import Ticker

/// All stages in one process, with a broker in memory, a clock turned by hand, and random numbers from a seed.
///
/// The stages behave like separate processes: they share queues only, and each can crash at any point of a pass, after
/// which the broker redelivers its unacked messages.
final class PipelineWorld {
    /// A pending execution is delivered again when it is overdue by this much.
    static let redeliverAfterSeconds: Int64 = 60
    private static let logger = Logger(label: "pipeline") { _ in SwiftLogNoOpLogHandler() }

    let seed: UInt64
    let service: String
    let start: Instant
    let clock: TurnedClock
    let broker: MemoryBroker
    /// The store as consoled uses it.
    let record: SQLiteStore
    /// The store as the other stages use it.
    let store: WatchedStore
    let services: FakeServices
    /// Runs the courier and its waits.
    let simulation: Simulation
    let keys: SigningKeys
    var random: SplitMix64
    var jobs: [TrackedJob] = []
    var ledger = Ledger()
    var pauses: [JobPause] = []

    let connections: [WorkQueue: CrashingConnection]
    private let handlers: [WorkQueue: any MessageHandler]
    /// The ids of the deliveries that frozen processes requested.
    var requestedByFrozen: Set<String> = []
    let reaperConnection: CrashingConnection
    var tickers: [Ticker] = []
    var reapers: [[Periodic]] = []
    private let signs: Periodic
    private var signedAt: Instant

    init(
        seed: UInt64, record: SQLiteStore,
        behaviour: @escaping @Sendable (inout SplitMix64) -> ServiceBehaviour = { ServiceBehaviour.any(&$0) }
    ) throws {
        self.seed = seed
        self.record = record
        service = "s\(seed)"
        random = SplitMix64(seed: seed)
        // A different day for each seed, from 2026 on: executions of earlier seeds lie in the past.
        start = Instant(secondsSinceEpoch: 1_767_225_600 + Int64(seed % 100_000) * 86_400)
            .adding(milliseconds: Int64(random.int(0...3_599_999)))
        let clock = TurnedClock(start)
        let broker = MemoryBroker(now: start)
        self.clock = clock
        self.broker = broker
        let store = WatchedStore(record, clock: clock, start: start)
        self.store = store
        simulation = Simulation(clock) { clock.turn(milliseconds: $0) }
        services = FakeServices(seed: seed, clock: clock, broker: broker, behaviour: behaviour)
        keys = try SigningKeys(parsing: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        connections = Dictionary(
            uniqueKeysWithValues: WorkQueue.allCases.map { ($0, CrashingConnection(broker, queue: $0)) })
        reaperConnection = CrashingConnection(broker)
        let due = DueHandler(store: store, time: clock, logger: Self.logger)
        let share = ServiceShare()
        handlers = [
            .dispatcherDue: due,
            .dispatcherBulk: due,
            .dispatcherRuns: RunHandler(store: store, share: share, time: clock, logger: Self.logger),
            .dispatcherDeliveries: DeliveryDueHandler(
                store: store, share: share, time: clock, logger: Self.logger),
            .dispatcherRedeliveries: RedeliveryHandler(
                store: store, share: share, time: clock, logger: Self.logger),
            .ingesterCallbacks: CallbackIntake(store: store, keys: keys, time: clock, logger: Self.logger),
        ].merging(
            ReportLine.allCases.map { line in
                let recorder = ReportHandler(line: line, store: store, time: clock, logger: Self.logger)
                return (WorkQueue.ingesterReports(line), recorder)
            }
        ) { $1 }
        signs = Periodic(SignsOfLife(store: store), broker: broker, time: clock, logger: Self.logger)
        signedAt = start
        tickers = [newTicker(), newTicker()]
        reapers = [newReaper(reaperConnection), newReaper(reaperConnection)]
    }

    var now: Instant { clock.now() }

    func newTicker(_ connection: CrashingConnection? = nil) -> Ticker {
        Ticker(
            store: store, broker: connection ?? self.connection(.tickerBaton), time: WaitingClock(clock: clock),
            logger: Self.logger, jitter: { 0.5 })
    }

    /// The services of a reaper that publish reports, as in the program.
    func newReaper(_ connection: CrashingConnection) -> [Periodic] {
        let stages: [any PeriodicStage] = [
            ExpiryReporter(store: store),
            LostDeliveryFinder(store: store, overdueSeconds: Self.redeliverAfterSeconds), MarkMaker(),
        ]
        return stages.map { Periodic($0, broker: connection, time: clock, logger: Self.logger) }
    }

    func newPump(_ queue: WorkQueue, _ connection: CrashingConnection) -> Pump? {
        handlers[queue].map { handler in
            Pump(
                queue: queue, limits: .init(prefetch: 100, batch: 100), handler: handler, broker: connection,
                time: clock, logger: Self.logger)
        }
    }

    func newCourier(of queue: WorkQueue, _ connection: Shift, in simulation: Simulation) -> Courier {
        let random = Mutex(SplitMix64(seed: random.next()))
        return Courier(
            queue: queue, broker: connection,
            invoker: ServiceRoute(services: services, simulation: simulation),
            builder: InvocationBuilder(keys: keys, callbackBaseURL: "https://callbacks.example"), prefetch: 100,
            redeliverAfterSeconds: Self.redeliverAfterSeconds, time: simulation, logger: Self.logger,
            randomFraction: { random.withLock { Double($0.int(0...1_000)) / 1_000 } })
    }

    func connection(_ queue: WorkQueue) -> CrashingConnection {
        guard let connection = connections[queue] else { preconditionFailure("every work queue has a connection") }
        return connection
    }

    /// Turns the clock. Services send their callbacks on time in between, unless `withoutCallbacks`.
    func advance(milliseconds: Int64, withoutCallbacks: Bool = false) async {
        let end = now.adding(milliseconds: milliseconds)
        while !withoutCallbacks, let next = services.nextCallbackAt, next <= end {
            clock.turn(milliseconds: max(0, next.milliseconds(since: now)))
            await services.sendDueCallbacks()
        }
        clock.turn(milliseconds: max(0, end.milliseconds(since: now)))
        broker.advance(to: now)
        await sign()
    }

    /// The signs of life that an endpoint made up to now, unless the broker or the store was unavailable.
    func sign() async {
        while let next = [signedAt.adding(seconds: 2)].first(where: { $0 <= now }) {
            signedAt = next
            try? await signs.runOnce(at: next)
        }
    }

    func advance(seconds: Int64) async {
        await advance(milliseconds: seconds * 1_000)
    }
}
