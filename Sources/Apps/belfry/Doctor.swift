import Commands
import Foundation
import JobCore
import Settings

/// Checks an installation. All checks run at the same time, each for some seconds at most.
struct Doctor: Sendable {
    /// One check, with the name that its finding has if it comes to no end.
    struct Check: Sendable {
        var name: String
        var body: @Sendable (Doctor) async throws -> [DoctorFinding]
    }

    private static let secondsMax = 5
    private static let checks = [
        Check(name: "program") { _ in [.ok("program", Build.line(of: .belfry))] },
        Check(name: "settings") { [$0.settingsFinding()] },
        Check(name: "broker") { try await $0.brokerFindings() },
        Check(name: "topology") { [try await $0.topologyFinding()] },
        Check(name: "clock") { [try await $0.clockFinding()] },
        Check(name: "store") { [try await $0.storeFinding()] },
        Check(name: "signing keys") { [try await $0.signingKeysFinding()] },
        Check(name: "callback URL") { [try await $0.callbackFinding()] },
        Check(name: "admin API") { [try await $0.adminAPIFinding()] },
        Check(name: "time zones") { [try await $0.zonesFinding()] },
    ]

    let settings: Settings
    let time: any TimeSource

    /// What the checks have found, in their order.
    func findings() async -> [DoctorFinding] {
        let running = Self.checks.map { check in Task { await self.findings(of: check) } }
        var findings: [DoctorFinding] = []
        for task in running { findings += await task.value }
        return findings
    }

    /// A check that takes too long is left behind. What it would find is not waited for.
    private func findings(of check: Check) async -> [DoctorFinding] {
        let (results, result) = AsyncStream.makeStream(of: [DoctorFinding].self)
        Task { result.yield(await outcome(of: check)) }
        Task {
            try? await Task.sleep(for: .seconds(Self.secondsMax))
            result.yield([
                .wrong(
                    check.name, "no result within \(Self.secondsMax) s",
                    next: "check the network between this machine and the place that its setting names")
            ])
        }
        for await findings in results { return findings }
        return []
    }

    private func outcome(of check: Check) async -> [DoctorFinding] {
        do {
            return try await check.body(self)
        } catch let error as SettingsError {
            return [
                .notChecked(
                    check.name, error.problems.first ?? "a setting is wrong",
                    next: "correct the settings, see above")
            ]
        } catch let refusal as Refused {
            let lines = refusal.lines
            let next = lines.first { $0.hasPrefix(Self.nextMark) }?.dropFirst(Self.nextMark.count)
            return [
                .wrong(check.name, lines.first ?? "refused", next: next.map(String.init) ?? "see docs/operations.md")
            ]
        } catch {
            return [.wrong(check.name, "\(error)", next: "see docs/operations.md")]
        }
    }

    /// How the lines of a refusal begin that say what to do.
    static let nextMark = "  next: "

    /// Runs work that blocks on a thread of its own, so that the other checks go on.
    static func blocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }
}
