import ArgumentParser
import JSON
import JobCore

/// Makes N jobs of one service due at the same instant as ten jobs of another one, or some seconds before these, and
/// measures when the webhooks of the ten arrive.
struct FairShare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fair-share")

    @Argument(help: "The number of jobs of the first service.") var count: Int = 100_000
    @Argument(help: "The jobs of the second service are due later by this.") var laterSeconds: Int64 = 0

    private static let fewCount = 10

    func run() async throws {
        let (service, other) = (try await FastService.start(), try await FastService.start())
        let burst = try await Burst(count: count, in: Installation())
        let later = burst.instant.adding(seconds: laterSeconds)
        let few = burst.job(at: "\(other.url)/", dueAt: later)
        try await burst.put(Array(repeating: few, count: Self.fewCount), of: "few")
        try await burst.register(Array(repeating: "\(service.url)/", count: count))
        try await burst.wait(for: "webhooks of the second service", Self.fewCount) { other.arrivalCount }
        try await burst.wait(for: "webhooks of the first service", count) { service.arrivalCount }
        let delays = burst.milliseconds(other.arrivals).map { $0 - laterSeconds * 1_000 }.sorted()
        let seconds = Double(burst.milliseconds(service.arrivals).max() ?? 0) / 1_000
        ResultLine.print(
            "fair-share",
            [
                "n": .integer(Int64(count)), "later_s": .integer(laterSeconds),
                "few": .integer(Int64(Self.fewCount)), "few_p50_ms": .integer(delays[delays.count / 2]),
                "few_p99_ms": .integer(delays[delays.count * 99 / 100]),
                "few_max_ms": .integer(delays[delays.count - 1]),
                "seconds": .number(seconds), "webhooks_per_s": .integer(Int64(Double(count) / seconds)),
            ])
        // Else the services would be stopped with callbacks in flight.
        try await burst.wait(for: "callbacks answered with 202", count + Self.fewCount) {
            service.acceptedCallbacks + other.acceptedCallbacks
        }
        await service.stop()
        await other.stop()
    }
}
