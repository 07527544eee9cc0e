import ArgumentParser
import Foundation
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
        let service = try await FastService.start(answerMilliseconds: answerMilliseconds)
        let burst = try Burst(count: count)
        try await burst.register(Array(repeating: "\(service.url)/", count: count))
        let meter = ProcessMeter(pidFolder: burst.pidFolder)
        let before = meter.read()
        try await burst.wait(for: "webhooks", count) { service.arrivals.count }
        let arrivals = burst.milliseconds(service.arrivals)
        let seconds = Double(arrivals[arrivals.count - 1] + answerMilliseconds) / 1_000
        let bestSeconds = Double(Int64(count) * answerMilliseconds) / Self.inFlightMax / 1_000
        let deferred = try await CourierMetrics(pidFolder: burst.pidFolder).deferredDeliveries()
        Burst.print([
            "bench": .string("slow-target"), "n": .integer(Int64(count)),
            "answer_ms": .integer(answerMilliseconds), "seconds": .number(seconds),
            "times_best": .number((seconds / bestSeconds * 100).rounded() / 100),
            "deferrals_each": .number((Double(deferred) / Double(count) * 100).rounded() / 100),
            "webhooks": .integer(Int64(arrivals.count)),
        ])
        for line in meter.shares(since: before) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        // Else the service would be stopped with callbacks in flight.
        try await burst.wait(for: "callbacks answered with 202", count) { service.acceptedCallbacks }
        await service.stop()
    }
}
