import ArgumentParser
import Foundation
import JSON
import JobCore

/// Makes N jobs due at the same instant, and measures until the last success is recorded.
struct Strike: AsyncParsableCommand {
    @Argument(help: "The number of jobs.") var count: Int

    func run() async throws {
        let service = try await FastService.start()
        let burst = try Burst(count: count)
        try await burst.register(Array(repeating: "\(service.url)/", count: count))
        let meter = ProcessMeter(pidFolder: burst.pidFolder)
        let before = meter.read()
        let record = try SuccessCount(storeURL: burst.storeURL)
        try await burst.wait(for: "callbacks answered with 202", count) { service.acceptedCallbacks }
        try await burst.wait(for: "executions recorded as success", count) { try record.successes() }
        let seconds = Double(burst.elapsedMilliseconds) / 1_000
        let after = meter.read()
        let arrivals = burst.milliseconds(service.arrivals)
        Burst.print([
            "bench": .string("strike"), "n": .integer(Int64(count)), "seconds": .number(seconds),
            "exec_per_s": .integer(Int64(Double(count) / seconds)),
            "p50_ms": .integer(arrivals[arrivals.count / 2]),
            "p99_ms": .integer(arrivals[arrivals.count * 99 / 100]),
            "cpu_s": .number(((after.cpuSeconds - before.cpuSeconds) * 100).rounded() / 100),
            "rss_mb": .integer(after.residentMegabytes),
        ])
        for line in meter.shares(since: before) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        await service.stop()
    }
}
