import Chaos
import TestServers
import Testing

/// Two of each program with a RabbitMQ of three nodes, one of which is lost while jobs are due every second.
///
/// Guarantee: the loss of one node costs no occurrence, ends no run falsely, and doubles none. `Scripts/chaos --nodes
/// 3` also freezes nodes, and cuts them off from each other.
@Suite(.timeLimit(.minutes(4))) struct ClusterTests {
    private static let names: Set = ["quick-1", "quick-2", "slow-answer", "exclusive-1", "beats-1", "fails"]

    @Test func `the node that leads the most queues is killed, and nothing is lost, doubled or falsely ended`()
        async throws
    {
        let belfry = try await Installation.start(
            "cluster-loss", scale: ChaosRun.scale, nodes: 3, environment: ChaosRun.environment)
        let node = try await belfry.nodeWithMostLeaders()
        let pid = belfry.pid(ofNode: node)
        let report: ChaosReport
        do {
            let jobs = ChaosJob.all.filter { Self.names.contains($0.name) }
            report = try await ChaosRun(.loss(ofNode: node), jobs: jobs, on: belfry).report()
        } catch {
            try? await belfry.stop()
            throw error
        }
        #expect(belfry.pid(ofNode: node) != pid)
        try await belfry.stop()
        #expect(report.verdict.counts() == [:], "\(report.text)")
        #expect(report.facts.disturbances.map(\.fault) == [.killNode(node)])
        #expect(report.facts.runs.count > 40)
        let failures = report.facts.runs.filter { $0.status == "fail" && $0.reason != "locked" && $0.job != "fails" }
        #expect(failures.isEmpty, "\(failures)")
    }
}
