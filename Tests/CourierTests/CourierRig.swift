import Determinism
import JobCore
import Logging
import Messaging
import MessagingTesting

@testable import Courier

/// A courier on the broker in memory, in a simulation: it runs the loop of the program, with its waits.
struct CourierRig {
    let clock: HandTime
    let simulation: Simulation
    let broker = MemoryBroker()

    init() {
        let clock = HandTime(Sample.occurrence.adding(seconds: 1))
        self.clock = clock
        simulation = Simulation(clock) { clock.pass(milliseconds: $0) }
    }

    func invoker(
        _ answer: AttemptResult.Answer = .answered(statusCode: 202, retryAfterSeconds: nil), after latency: Int64 = 0,
        error: String? = nil, connections: Int = 128
    ) -> ScriptedInvoker {
        ScriptedInvoker(simulation, connectionsPerTargetLimit: connections) { _ in
            AttemptResult(answer, latencyMilliseconds: latency, error: error)
        }
    }

    func shift(_ batches: [Shift.Batch], endsAfter milliseconds: Int64? = nil) -> Shift {
        // Without a time the shift ends once every message is acked.
        var isOver: (@Sendable () -> Bool)?
        if milliseconds == nil { isOver = { false } }
        return Shift(
            batches, broker: broker, simulation: simulation, endsAfterMilliseconds: milliseconds ?? 600_000,
            unless: isOver)
    }

    /// Runs a courier for a shift, and `beside` in the same simulation. The courier is cancelled after `cutOffAfter`,
    /// as when a shutdown takes too long.
    func run(
        _ invoker: ScriptedInvoker, _ shift: Shift, of queue: WorkQueue = .courierDeliveries, prefetch: Int = 1_000,
        randomFraction: Double = 1,
        cutOffAfter milliseconds: Int64? = nil, beside: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        let courier = Courier(
            queue: queue, broker: shift, invoker: invoker,
            builder: InvocationBuilder(keys: try Sample.keys(), callbackBaseURL: "http://callbacks.example"),
            prefetch: prefetch, redeliverAfterSeconds: 300, time: simulation,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            randomFraction: { randomFraction })
        let simulation = simulation
        try await simulation.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await courier.run() }
                group.addTask { try await beside() }
                if let milliseconds {
                    try await simulation.sleep(milliseconds: milliseconds)
                    group.cancelAll()
                }
                try await group.waitForAll()
            }
        }
    }

    /// Runs a courier until each of these deliveries has ended.
    func deliver(_ deliveries: [Delivery], to invoker: ScriptedInvoker) async throws -> Shift {
        let shift = shift([.init(deliveries.map(\.message))])
        try await run(invoker, shift)
        return shift
    }
}
