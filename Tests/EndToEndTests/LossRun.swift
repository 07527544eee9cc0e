import Chaos
import TestServers
import Testing

/// Two of each program, with jobs that are due every second, while a server is lost.
enum LossRun {
    private static let jobs: Set = ["quick-1", "quick-2", "slow-answer", "exclusive-1", "beats-1", "fails"]

    /// Acts the plan on an installation, calls `beforeStop`, and stops it. Expects that these faults happened, that
    /// they cost no occurrence, doubled none and ended no run falsely, and that there were more than `runsMin` runs.
    static func expectNothingLost(
        by faults: [Fault], _ plan: ChaosPlan, on belfry: Installation, runsMin: Int, beforeStop: () throws -> Void
    ) async throws {
        let report: ChaosReport
        do {
            let jobs = ChaosJob.all.filter { Self.jobs.contains($0.name) }
            report = try await ChaosRun(plan, jobs: jobs, on: belfry).report()
            try beforeStop()
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
        #expect(report.verdict.counts() == [:], "\(report.text)")
        #expect(report.facts.disturbances.map(\.fault) == faults)
        #expect(report.facts.runs.count > runsMin)
        let failures = report.facts.runs.filter { $0.status == "fail" && $0.reason != "locked" && $0.job != "fails" }
        #expect(failures.isEmpty, "\(failures)")
    }
}
