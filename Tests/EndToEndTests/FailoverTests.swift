import Chaos
import TestServers
import Testing

/// Two of each program with a store in PostgreSQL that has a synchronous standby, while jobs are due every second.
///
/// Guarantee: when the server is lost and its standby takes over, that costs no occurrence, ends no run falsely, and
/// doubles none.
@Suite(.timeLimit(.minutes(4))) struct FailoverTests {
    private static let names: Set = ["quick-1", "quick-2", "slow-answer", "exclusive-1", "beats-1", "fails"]

    @Test func `the store's server and then its successor are killed, and nothing is lost, doubled or falsely ended`()
        async throws
    {
        let belfry = try await Installation.start(
            "failover", scale: ChaosRun.scale, store: "postgres", standby: true, environment: ChaosRun.environment)
        let pids = try belfry.storePIDs()
        let report: ChaosReport
        do {
            let jobs = ChaosJob.all.filter { Self.names.contains($0.name) }
            report = try await ChaosRun(.lossOfStores(), jobs: jobs, on: belfry).report()
            // The first server's place was taken by a copy of the second, which was promoted in its turn.
            #expect(Set(try belfry.storePIDs()).isDisjoint(with: pids))
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
        #expect(report.verdict.counts() == [:], "\(report.text)")
        #expect(report.facts.disturbances.map(\.fault) == [.failOverStore, .failOverStore])
        #expect(report.facts.runs.count > 80)
        let failures = report.facts.runs.filter { $0.status == "fail" && $0.reason != "locked" && $0.job != "fails" }
        #expect(failures.isEmpty, "\(failures)")
    }
}
