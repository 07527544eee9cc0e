import ArgumentParser
import Foundation
import JSON
import JobCore
import Store
import StoreAccess

/// Measures a running installation. `Scripts/bench` starts one and runs this program with its settings.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench", subcommands: [Strike.self])

    /// Makes N jobs due at the same instant, and measures until the last success is recorded.
    struct Strike: AsyncParsableCommand {
        @Argument(help: "The number of jobs.") var count: Int

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            guard let storeURL = environment["BELFRY_STORE_URL"], let pids = environment["BELFRY_PIDS"] else {
                throw ValidationError("BELFRY_STORE_URL or BELFRY_PIDS is not set: run this program with Scripts/bench")
            }
            let service = try await FastService.start()
            let store = try StoreURL(parsing: storeURL).open(logger: Logger(label: "bench"))
            let time = SystemTime()
            let strike = Instant(secondsSinceEpoch: time.now().secondsSinceEpoch + 5 + Int64(count / 4_000))
            let expression = "at(\(strike.rfc3339.dropLast()))"
            for start in stride(from: 0, to: count, by: 2_000) {
                let jobs = (start..<min(start + 2_000, count)).map { index in
                    Job(
                        name: JobName(service: "bench", job: "job-\(index)"),
                        target: InvocationTarget(kind: .http, address: "\(service.url)/"),
                        schedule: ScheduleKey(expression), ttlSeconds: 3_600)
                }
                _ = try await store.put(jobs, now: time.now())
            }
            guard time.now() < strike else {
                throw ValidationError("registering the jobs took longer than planned: give a smaller count")
            }
            try await time.sleep(milliseconds: max(0, strike.milliseconds(since: time.now()) - 500))
            let meter = ProcessMeter(pidFolder: pids)
            let before = meter.read()
            let record = try SuccessCount(storeURL: storeURL)
            try await Self.wait("callbacks answered with 202", count, time) { service.acceptedCallbacks }
            try await Self.wait("executions recorded as success", count, time) { try record.successes() }
            let end = time.now()
            let after = meter.read()
            let arrivals = service.arrivals.map { $0.milliseconds(since: strike) }.sorted()
            let seconds = Double(end.milliseconds(since: strike)) / 1_000
            let result: [String: JSONValue] = [
                "bench": .string("strike"), "n": .integer(Int64(count)), "seconds": .number(seconds),
                "exec_per_s": .integer(Int64(Double(count) / seconds)),
                "p50_ms": .integer(arrivals[arrivals.count / 2]),
                "p99_ms": .integer(arrivals[arrivals.count * 99 / 100]),
                "cpu_s": .number(((after.cpuSeconds - before.cpuSeconds) * 100).rounded() / 100),
                "rss_mb": .integer(after.residentMegabytes),
            ]
            FileHandle.standardOutput.write(Data((JSONValue.object(result).text + "\n").utf8))
            for line in meter.shares(since: before) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
            await service.stop()
        }

        /// Waits until `read` returns `count`. Throws if the value doesn't rise for a minute.
        private static func wait(
            _ what: String, _ count: Int, _ time: SystemTime, _ read: () throws -> Int
        ) async throws {
            var last = (value: -1, at: time.monotonicMilliseconds())
            while true {
                let value = try read()
                if value >= count { return }
                let now = time.monotonicMilliseconds()
                if value > last.value { last = (value, now) }
                guard now - last.at < 60_000 else {
                    throw ValidationError("stopped at \(value) of \(count) \(what): no progress for a minute")
                }
                try await time.sleep(milliseconds: 10)
            }
        }
    }
}
