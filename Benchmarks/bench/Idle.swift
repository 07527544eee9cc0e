import ArgumentParser
import JSON
import JobCore

/// Measures what an installation uses that has 1,000 jobs, of which none is due.
struct Idle: AsyncParsableCommand {
    @Argument(help: "How long it is measured, in seconds.") var seconds: Int64 = 30

    private static let jobCount = 1_000
    private static let settleSeconds: Int64 = 10

    func run() async throws {
        let installation = try Installation()
        let time = SystemTime()
        try await Registered.register(Self.jobCount, in: installation)
        try await time.sleep(milliseconds: Self.settleSeconds * 1_000)
        let measurement = try await Measurement(of: installation)
        try await time.sleep(milliseconds: seconds * 1_000)
        let usage = try await measurement.end()
        ResultLine.print(
            "idle", usage.totals,
            [
                "registered": .integer(Int64(Self.jobCount)), "seconds": .number(usage.seconds),
                "cpu_percent": .number((usage.cpuSeconds / usage.seconds * 100).rounded(digits: 2)),
                "cpu_percent_by_process": Usage.object(
                    usage.cpuByProcess.mapValues { $0 / usage.seconds * 100 }, digits: 2),
                "messages_per_s": .number((Double(usage.messages) / usage.seconds).rounded(digits: 1)),
                "transactions_per_s": .number((Double(usage.transactions) / usage.seconds).rounded(digits: 1)),
            ])
    }
}
