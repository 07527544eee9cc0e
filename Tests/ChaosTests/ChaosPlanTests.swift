import Chaos
import Testing

@Suite struct `A plan of faults` {
    @Test func `is the same for the same seed, and another for another`() {
        #expect(ChaosPlan(seed: 1, seconds: 600) == ChaosPlan(seed: 1, seconds: 600))
        #expect(ChaosPlan(seed: 1, seconds: 600).steps != ChaosPlan(seed: 2, seconds: 600).steps)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>, [Fault.Kind.ofSQLite, Set(Fault.Kind.allCases)])
    func `has every kind of fault in ten minutes, and ends in time`(seed: UInt64, kinds: Set<Fault.Kind>) {
        let plan = ChaosPlan(seed: seed, seconds: 600, kinds: kinds)
        #expect(Set(plan.steps.map(\.fault.kind)) == kinds)
        #expect(plan.steps.allSatisfy { $0.beginMilliseconds + $0.durationMilliseconds <= 600_000 })
    }

    @Test func `has faults of single nodes only for a cluster, and those of a proxy before the broker only without`() {
        let nodes: Set<Fault.Kind> = [.killNode, .restartNode, .freezeNode, .partition]
        let proxy: Set<Fault.Kind> = [.latencyBroker, .halfOpenBroker, .resetBroker]
        let all = Set(Fault.Kind.allCases)
        #expect(Fault.Kind.possible(store: "postgres", nodes: 1) == all.subtracting(nodes))
        #expect(Fault.Kind.possible(store: "postgres", nodes: 3) == all.subtracting(proxy))
        #expect(Fault.Kind.possible(store: "sqlite", nodes: 3) == Fault.Kind.ofSQLite.union(nodes).subtracting(proxy))
    }

    @Test func `has one outage at a time, and one blow at a time`() {
        let plan = ChaosPlan(seed: 1, seconds: 600)
        for track in [plan.outages, plan.blows] {
            #expect(track.count > 20)
            #expect(
                zip(track, track.dropFirst()).allSatisfy {
                    $0.beginMilliseconds + $0.durationMilliseconds < $1.beginMilliseconds
                })
        }
    }

    @Test func `can be limited to some kinds of faults`() {
        let plan = ChaosPlan(seed: 1, seconds: 600, kinds: [.kill, .freezeBroker])
        #expect(Set(plan.steps.map(\.fault.kind)) == [.kill, .freezeBroker])
        #expect(ChaosPlan(seed: 1, seconds: 600, kinds: []).steps.isEmpty)
    }
}
