import Testing

@testable import Courier

/// Guarantee: one target that is slow, hanging, dead or flooded delays nobody else's deliveries, and is itself served
/// as fast as it can take them.
///
/// The times are simulated, so the same code gives the same figures.
@Suite struct `A burst of deliveries` {
    private static func run(_ targets: [String: LanesSimulation.Target]) -> LanesSimulation {
        var simulation = LanesSimulation(targets, seed: 1)
        simulation.run()
        return simulation
    }

    private static func many(
        _ count: Int, _ name: String, of deliveries: Int, _ behaviour: LanesSimulation.Behaviour,
        besides others: [String: LanesSimulation.Target]
    ) -> [String: LanesSimulation.Target] {
        (0..<count).reduce(into: others) { $0["\(name)\($1)"] = .init(count: deliveries, behaviour: behaviour) }
    }

    private static let healthy = [
        "healthy": LanesSimulation.Target(count: 300, behaviour: .answers(afterMilliseconds: 5))
    ]

    /// At best: the deliveries, times the answer time, divided by the cap of 128.
    @Test(
        arguments: [
            (20_000, 300, 1.05, 3), (5_000, 300, 1.15, 2), (5_000, 1_000, 1.2, 4), (5_000, 20, 2.5, 0.3),
            (1, 300, 130, 0),
        ] as [(Int, Int64, Double, Double)])
    func `a slow target is served nearly as fast as its cap allows, with few deferrals`(
        count: Int, milliseconds: Int64, timesBest: Double, deferralsMax: Double
    ) {
        let simulation = Self.run([
            "slow": .init(count: count, behaviour: .answers(afterMilliseconds: milliseconds))
        ])
        let outcome = simulation.outcome(of: "slow")
        let best = Double(count) * Double(milliseconds) / Double(LanesSimulation.inFlightLimit)
        #expect(outcome.startedAt.count == count)
        #expect(Double(outcome.lastEndedAt) <= timesBest * best)
        #expect(outcome.deferralsPerDelivery <= deferralsMax)
        #expect(simulation.inFlightMax <= LanesSimulation.inFlightLimit)
    }

    private static let deadTargets: [(Int, Int, LanesSimulation.Behaviour, Double)] = [
        (20, 200, .hangs, 1.6), (20, 200, .fails(afterMilliseconds: 1), 1),
        (20, 200, .fails(afterMilliseconds: 5_000), 1.6), (200, 100, .hangs, 8),
    ]

    @Test(arguments: 0..<deadTargets.count)
    func `dead targets do not delay the deliveries of another target`(index: Int) {
        let (count, deliveries, behaviour, secondsMax) = Self.deadTargets[index]
        let simulation = Self.run(Self.many(count, "dead", of: deliveries, behaviour, besides: Self.healthy))
        let outcome = simulation.outcome(of: "healthy")
        #expect(outcome.startedAt.count == 300)
        #expect(outcome.seconds(0.99) < secondsMax)
        #expect(simulation.unprovenMax <= LanesSimulation.windowSize / 2)
    }

    @Test(arguments: [(1, 5_000), (8, 600), (40, 120)])
    func `slow targets do not delay the deliveries of another target by more than their messages cost`(
        count: Int, deliveries: Int
    ) {
        let simulation = Self.run(
            Self.many(
                count, "slow", of: deliveries, .answers(afterMilliseconds: 2_000), besides: Self.healthy))
        let outcome = simulation.outcome(of: "healthy")
        #expect(outcome.seconds(0.99) < 2.5)
    }
}
