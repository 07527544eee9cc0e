import Chaos
import TestServers
import Testing

/// Two of each program, restarted one after the other while jobs are due every second.
///
/// Guarantee: a change of the programs that leaves the store's schema as it is needs no outage.
@Suite(.timeLimit(.minutes(3))) struct RollingRestartTests {
    /// In the order of docs/upgrade.md: who reads a message comes before who publishes it.
    private static let programs = ["ingesterd", "courierd", "dispatcherd", "tickerd", "reaperd", "consoled"]
        .flatMap { ["\($0).1", "\($0).2"] }
    private static let names: Set = ["quick-1", "quick-2", "slow-answer", "exclusive-1", "beats-1", "fails"]

    @Test func `each program restarted in turn under load, and one killed, loses, doubles or ends falsely no run`()
        async throws
    {
        let belfry = try await Installation.start("rolling", scale: ChaosRun.scale, environment: ChaosRun.environment)
        let pids = Self.programs.map(belfry.pid)
        let report: ChaosReport
        do {
            let plan = ChaosPlan.rollingRestart(of: Self.programs, killing: "courierd.2")
            let jobs = ChaosJob.all.filter { Self.names.contains($0.name) }
            report = try await ChaosRun(plan, jobs: jobs, on: belfry).report()
        } catch {
            try? await belfry.stop()
            throw error
        }
        #expect(zip(Self.programs, pids).allSatisfy { belfry.pid($0) != $1 })
        try await belfry.stop()
        #expect(report.verdict.counts() == [:], "\(report.text)")
        #expect(report.facts.crashed.isEmpty && report.facts.disturbances.count == 2)
        #expect(report.facts.runs.count > 40)
        let failures = report.facts.runs.filter { $0.status == "fail" && $0.reason != "locked" && $0.job != "fails" }
        #expect(failures.isEmpty, "\(failures)")
    }
}
