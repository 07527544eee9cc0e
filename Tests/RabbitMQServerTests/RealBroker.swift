import CoreMetrics
import Logging
import Messaging
import TestServers

@testable import RabbitMQ

/// The RabbitMQ node of these tests.
enum RealBroker {
    static let node = Task { try await PrivateBroker.start("rabbitmq") }
    static let topology = Topology(prefix: "belfry")
}

/// Lost connections are what these tests are about, so nobody needs to read of them.
var silentLogger: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}

/// Runs a broker's connections for the length of a test, and closes them.
func withBroker(
    _ url: String, consumes: Bool = true, heartbeatSeconds: Int = 10, caFile: String = "/dev/null",
    unconfirmedEvents: Counter = Counter(label: "unconfirmed", dimensions: []),
    _ test: (RabbitBroker) async throws -> Void
) async throws {
    let options = ConnectionOptions(
        urls: [try BrokerURL(parsing: url)], name: "test", heartbeatSeconds: heartbeatSeconds, caFile: caFile)
    let broker = RabbitBroker(
        options: options, topology: RealBroker.topology, consumes: consumes,
        events: EventPublisher(options: options, logger: silentLogger, unconfirmed: unconfirmedEvents),
        logger: silentLogger)
    let loop = Task { await broker.run() }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await test(broker)) } catch { outcome = .failure(error) }
    loop.cancel()
    await loop.value
    try outcome.get()
}

func untilReady(_ broker: RabbitBroker) async throws {
    _ = try await until("the broker is connected") { broker.faults.isEmpty ? true : nil }
}

func message(_ text: String, _ key: String = RoutingKey.scheduleDue) -> OutboundMessage {
    OutboundMessage(routingKey: key, headers: ["belfry-note": text], id: "id-\(text)", body: Array(text.utf8))
}

func drain(_ node: PrivateBroker, _ queue: WorkQueue) async throws {
    try await node.control(["purge_queue", RealBroker.topology.name(of: queue)])
}
