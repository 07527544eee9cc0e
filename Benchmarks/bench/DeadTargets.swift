import ArgumentParser
import Foundation
import JSON
import JobCore
import NIOCore
import NIOPosix

/// Makes the jobs of many dead targets due at the same instant as 300 jobs of a healthy one, and measures when the
/// webhooks of the healthy one arrive.
struct DeadTargets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dead-targets")

    enum Kind: String, ExpressibleByArgument {
        /// Accepts connections, and never answers.
        case hanging
        /// Refuses connections.
        case refusing
        /// Its name has no address.
        case unresolvable
    }

    @Argument(help: "hanging, refusing or unresolvable.") var kind: Kind
    @Argument(help: "The number of dead targets.") var targets: Int = 20
    @Argument(help: "The deliveries of each.") var deliveries: Int = 200

    private static let healthyCount = 300

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let service = try await FastService.start()
        let burst = try await Burst(count: targets * deliveries, in: Installation())
        let dead = try await addresses(group)
        let addresses = dead.flatMap { Array(repeating: $0, count: deliveries) }
        try await burst.register(addresses + Array(repeating: "\(service.url)/", count: Self.healthyCount))
        try await burst.wait(for: "webhooks of the healthy target", Self.healthyCount) { service.arrivalCount }
        let arrivals = burst.milliseconds(service.arrivals).sorted()
        ResultLine.print(
            "dead-targets",
            [
                "kind": .string(kind.rawValue), "targets": .integer(Int64(targets)),
                "deliveries_each": .integer(Int64(deliveries)), "healthy": .integer(Int64(Self.healthyCount)),
                "p50_ms": .integer(arrivals[arrivals.count / 2]),
                "p99_ms": .integer(arrivals[arrivals.count * 99 / 100]),
            ])
        // Else the service would be stopped with callbacks in flight.
        try await burst.wait(for: "callbacks answered with 202", Self.healthyCount) { service.acceptedCallbacks }
        await service.stop()
        try await group.shutdownGracefully()
    }

    private func addresses(_ group: MultiThreadedEventLoopGroup) async throws -> [String] {
        guard kind != .unresolvable else { return (0..<targets).map { "http://dead-\($0).invalid/" } }
        var addresses: [String] = []
        for _ in 0..<targets {
            let listener = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
            addresses.append("http://127.0.0.1:\(listener.localAddress?.port ?? 0)/")
            if kind == .refusing { try await listener.close() }
        }
        return addresses
    }
}
