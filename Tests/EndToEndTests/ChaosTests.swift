import Chaos
import Foundation
import TestServers
import Testing

/// Two of each program under faults, against services whose ledger stands outside the system.
///
/// Guarantees: nothing is lost, doubled, stuck or falsely ended, nothing is delivered after its end, and exclusive runs
/// never overlap. `Scripts/chaos` runs it longer, and with another seed.
@Suite(.timeLimit(.minutes(120))) struct ChaosTests {
    @Test func `under faults nothing is lost, doubled, stuck or falsely ended`() async throws {
        let variables = ProcessInfo.processInfo.environment
        let plan = ChaosPlan(
            seed: variables["BELFRY_CHAOS_SEED"].flatMap { UInt64($0) } ?? 1,
            seconds: variables["BELFRY_CHAOS_SECONDS"].flatMap { Int64($0) } ?? 120,
            kinds: kinds(variables["BELFRY_CHAOS_FAULTS"] ?? "all"))
        let belfry = try await Installation.start("chaos", scale: ChaosRun.scale, environment: ChaosRun.environment)
        let report: ChaosReport
        do {
            report = try await ChaosRun(plan, on: belfry).report()
        } catch {
            try? await belfry.stop()
            throw error
        }
        try await belfry.stop()
        print(report.text)
        #expect(report.facts.runs.count > 100 && !report.facts.disturbances.isEmpty)
        #expect(report.verdict.counts() == [:])
    }

    private func kinds(_ names: String) -> Set<Fault.Kind> {
        if names == "all" { return Set(Fault.Kind.allCases) }
        return Set(names.split(separator: ",").compactMap { Fault.Kind(rawValue: String($0)) })
    }
}
