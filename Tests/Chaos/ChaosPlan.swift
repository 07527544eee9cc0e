import Determinism
import Messaging

/// Which faults happen when. Pure: the same seed gives the same plan.
public struct ChaosPlan: Sendable, Equatable {
    /// A fault with its begin, counted from the begin of the run.
    public struct Step: Sendable, Equatable {
        public var beginMilliseconds: Int64
        public var durationMilliseconds: Int64
        public var fault: Fault
    }

    public var seed: UInt64
    public var durationMilliseconds: Int64
    /// Faults of the broker, the store and of stopped processes: one after the other.
    public var outages: [Step]
    /// Kills, purges and poison: one after the other, and during outages, too.
    public var blows: [Step]

    /// Plans faults of these kinds. Each kind happens about equally often.
    public init(seed: UInt64, seconds: Int64, kinds: Set<Fault.Kind> = Fault.Kind.ofSQLite) {
        self.seed = seed
        durationMilliseconds = seconds * 1_000
        var random = SplitMix64(seed: seed)
        outages = Self.steps(of: kinds, until: durationMilliseconds, pause: 4_000...8_000, &random, deck: Self.outages)
        blows = Self.steps(of: kinds, until: durationMilliseconds, pause: 3_000...6_000, &random, deck: Self.blows)
    }

    /// Plans a rolling restart under load, as for an upgrade: one program is killed, and then each is restarted in
    /// order.
    public static func rollingRestart(of programs: [String], killing killed: String) -> ChaosPlan {
        var plan = ChaosPlan(seed: 0, seconds: 10, kinds: [])
        plan.blows = [
            Step(beginMilliseconds: 1_000, durationMilliseconds: 500, fault: .kill([killed])),
            Step(beginMilliseconds: 3_000, durationMilliseconds: 0, fault: .restart(programs)),
        ]
        return plan
    }

    /// All steps in the order of their begin.
    public var steps: [Step] { (outages + blows).sorted { $0.beginMilliseconds < $1.beginMilliseconds } }

    /// Deals from a shuffled deck, and from a new one when it is used up.
    private static func steps(
        of kinds: Set<Fault.Kind>, until end: Int64, pause: ClosedRange<Int>, _ random: inout SplitMix64,
        deck: (inout SplitMix64) -> [(Fault, ClosedRange<Int>)]
    ) -> [Step] {
        var steps: [Step] = []
        var at: Int64 = 4_000
        while true {
            let cards = deck(&random).filter { kinds.contains($0.0.kind) }.shuffled(using: &random)
            if cards.isEmpty { return steps }
            for (fault, duration) in cards {
                let duration = Int64(random.int(duration))
                guard at + duration <= end else { return steps }
                steps.append(Step(beginMilliseconds: at, durationMilliseconds: duration, fault: fault))
                at += duration + Int64(random.int(pause))
            }
        }
    }

    private static func outages(_ random: inout SplitMix64) -> [(Fault, ClosedRange<Int>)] {
        [
            (.freeze(["ingesterd.\(random.int(1...2))"]), 16_000...16_000),
            (.freeze(["courierd.\(random.int(1...2))"]), 4_000...16_000),
            (.freeze([program(of: ["tickerd", "dispatcherd", "reaperd"], &random)]), 4_000...16_000),
            (.killBroker, 1_000...4_000), (.restartBroker, 1_000...2_000), (.freezeBroker, 4_000...14_000),
            (.alarmBroker, 5_000...10_000), (.diskAlarmBroker, 5_000...10_000), (.lockStore, 15_000...15_000),
            (.latency(.broker), 10_000...10_000), (.halfOpen(.broker), 20_000...20_000),
            (.resetConnections(.broker), 0...0), (.latency(.store), 10_000...10_000),
            (.halfOpen(.store), 20_000...20_000), (.resetConnections(.store), 0...0),
            (.killStore, 1_000...8_000), (.restartStore, 1_000...4_000), (.freezeStore, 4_000...14_000),
            (.failOverStore, 1_000...8_000),
        ] + clusterOutages(&random)
    }

    private static func blows(_ random: inout SplitMix64) -> [(Fault, ClosedRange<Int>)] {
        let stages = ["tickerd", "dispatcherd", "courierd", "ingesterd", "reaperd", "consoled"]
        let singles = stages.map { (Fault.kill([program(of: [$0], &random)]), 0...3_000) }
        let both = ["dispatcherd", "courierd", "ingesterd"].randomElement(using: &random) ?? "courierd"
        let mixed = stages.shuffled(using: &random).prefix(2).map { program(of: [$0], &random) }
        return singles + [
            (.kill(["\(both).1", "\(both).2"]), 0...3_000), (.kill(mixed), 0...3_000),
            (.restart([program(of: stages, &random)]), 0...0),
            // As for an upgrade: all programs, one after the other.
            (.restart(stages.flatMap { ["\($0).1", "\($0).2"] }), 0...0),
            (.purge(.courierDeliveries), 0...0), (.purge(.courierBulk), 0...0), (.purge(.dispatcherDue), 0...0),
            (.purge(.dispatcherBulk), 0...0), (.poison, 0...0), (.poison, 0...0),
            (.changeJobs, 0...0), (.pauseJobs, 3_000...8_000),
        ]
    }

    private static func program(of stages: [String], _ random: inout SplitMix64) -> String {
        "\(stages[random.int(0...stages.count - 1)]).\(random.int(1...2))"
    }
}
