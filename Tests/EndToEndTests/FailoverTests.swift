import Chaos
import TestServers
import Testing

/// Two of each program with a store in PostgreSQL that has a synchronous standby, while jobs are due every second.
///
/// Guarantee: when the server is lost and its standby takes over, that costs no occurrence, ends no run falsely, and
/// doubles none.
@Suite(.timeLimit(.minutes(4))) struct FailoverTests {
    @Test func `the store's server and then its successor are killed, and nothing is lost, doubled or falsely ended`()
        async throws
    {
        let belfry = try await Installation.start(
            "failover", scale: ChaosRun.scale, store: "postgres", standby: true, environment: ChaosRun.environment)
        let pids = try belfry.storePIDs()
        try await LossRun.expectNothingLost(
            by: [.failOverStore, .failOverStore], .lossOfStores(), on: belfry, runsMin: 80
        ) {
            // The first server's place was taken by a copy of the second, which was promoted in its turn.
            let later = try belfry.storePIDs()
            #expect(Set(later).isDisjoint(with: pids))
        }
    }
}
