import Chaos
import TestServers
import Testing

/// Two of each program with a RabbitMQ of three nodes, one of which is lost while jobs are due every second.
///
/// Guarantee: the loss of one node costs no occurrence, ends no run falsely, and doubles none. `Scripts/chaos --nodes
/// 3` also freezes nodes, and cuts them off from each other.
@Suite(.timeLimit(.minutes(4))) struct ClusterTests {
    @Test func `the node that leads the most queues is killed, and nothing is lost, doubled or falsely ended`()
        async throws
    {
        let belfry = try await Installation.start(
            "cluster-loss", scale: ChaosRun.scale, nodes: 3, environment: ChaosRun.environment)
        let node = try await belfry.nodeWithMostLeaders()
        let pid = belfry.pid(ofNode: node)
        try await LossRun.expectNothingLost(
            by: [.killNode(node)], .loss(ofNode: node), on: belfry, runsMin: 40
        ) {
            #expect(belfry.pid(ofNode: node) != pid)
        }
    }
}
