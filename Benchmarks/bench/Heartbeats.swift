import ArgumentParser
import JSON
import JobCore
import NIOCore

/// Keeps N executions open, each of which posts a heartbeat every 30 s, and measures what that costs, and whether one
/// of them ends by a timeout.
struct Heartbeats: AsyncParsableCommand {
    @Argument(help: "The number of executions.") var count: Int
    @Argument(help: "How long it is measured, in seconds.") var seconds: Int64 = 180

    /// A run that is silent for two of its intervals fails.
    private static let intervalSeconds: Int64 = 30

    /// Throws if an execution was over at the end.
    func run() async throws {
        let installation = try Installation()
        let time = SystemTime()
        let service = try await FastService.start(keepsRunsOpen: true)
        let burst = try await Burst(count: count, in: installation)
        let record = try StoreRecord(of: installation)
        let job = burst.job(
            at: "\(service.url)/", dueAt: burst.instant, heartbeatIntervalSeconds: Self.intervalSeconds)
        try await burst.register(Array(repeating: job, count: count), of: "bench")
        let heartbeats = service.startHeartbeats(runs: count, periodMilliseconds: Self.intervalSeconds * 1_000)
        try await burst.wait(for: "webhooks", count) { service.arrivalCount }
        _ = try await Meter.wait(for: "accepted deliveries on record", near: 100) {
            try record.pendingCount(limit: 1_000)
        }
        let measurement = try await Measurement(of: installation)
        let acceptedBefore = service.acceptedCallbacks
        _ = service.callbacks.takeAnswerTimes()
        try await time.sleep(milliseconds: seconds * 1_000)
        let accepted = service.acceptedCallbacks - acceptedBefore
        let answers = service.callbacks.takeAnswerTimes()
        let open = try record.openCount()
        let usage = try await measurement.end()
        ResultLine.print(
            "heartbeats",
            [
                "n": .integer(Int64(count)), "seconds": .number(usage.seconds),
                "heartbeats_202": .integer(Int64(accepted)), "false_timeouts": .integer(Int64(count - open)),
                "cpu_share_percent": .number(
                    (usage.cpuSeconds / usage.seconds / Double(MachineLoad.coreCount) * 100).rounded(digits: 2)),
                "transactions_per_s": .number((Double(usage.transactions) / usage.seconds).rounded(digits: 1)),
            ],
            Percentiles(milliseconds: answers.map { Double($0) / 1_000 }).fields(prefix: "answer_"),
            accepted > 0 ? usage.fields(per: "heartbeat", count: accepted) : usage.totals)
        heartbeats.cancel()
        try await time.sleep(milliseconds: 1_000)
        await service.stop()
        guard open == count else { throw Failure("\(count - open) executions are over") }
    }
}
