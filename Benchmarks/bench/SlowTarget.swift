import ArgumentParser
import JSON
import JobCore

/// Makes N jobs due at the same instant whose service answers slowly, and measures until the last has been delivered.
struct SlowTarget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "slow-target")

    @Argument(help: "The number of jobs.") var count: Int
    @Argument(help: "How long the service takes to answer, in milliseconds.") var answerMilliseconds: Int64 = 300

    /// The most deliveries in flight to one target.
    private static let inFlightMax = 128.0

    func run() async throws {
        let installation = try Installation()
        let service = try await FastService.start(answerMilliseconds: answerMilliseconds)
        let burst = try await Burst(count: count, in: installation)
        let record = try StoreRecord(of: installation)
        try await burst.register(Array(repeating: "\(service.url)/", count: count))
        let measurement = try await Measurement(of: installation)
        let arrived = try await burst.wait(for: "webhooks", count) { service.arrivalCount }
        let arrivals = burst.milliseconds(service.arrivals)
        // What was used is read once all of it is on record, so that it is the usage of whole executions.
        let end = try await burst.waitForRecord(of: service, count, record)
        let usage = try await measurement.end()
        let seconds = Double((arrivals.max() ?? 0) + answerMilliseconds) / 1_000
        let bestSeconds = Double(Int64(count) * answerMilliseconds) / Self.inFlightMax / 1_000
        let deferred = try await StageMetrics(pidFolder: installation.pidFolder).deferredDeliveries()
        ResultLine.print(
            "slow-target",
            [
                "n": .integer(Int64(count)), "answer_ms": .integer(answerMilliseconds), "seconds": .number(seconds),
                "exec_per_s": .number((Double(count) / seconds).rounded(digits: 1)),
                "times_best": .number((seconds / bestSeconds).rounded(digits: 2)),
                "deferrals_each": .number((Double(deferred) / Double(count)).rounded(digits: 2)),
                "webhooks": .integer(Int64(arrivals.count)),
                "meter_cpu_s": .number((arrived.cpuSeconds + end.cpuSeconds).rounded(digits: 4)),
            ],
            Percentiles(milliseconds: arrivals).fields(), usage.fields(count: count))
        await service.stop()
    }
}
