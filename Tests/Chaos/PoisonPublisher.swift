import Logging
import Messaging
import RabbitMQ
import TestServers

/// Publishes messages that can't be handled, as the operator's broker user.
struct PoisonPublisher {
    private let broker: RabbitBroker

    init(url: String) throws {
        var logger = Logger(label: "chaos")
        logger.logLevel = .critical
        broker = RabbitBroker(
            options: ConnectionOptions(urls: [try BrokerURL(parsing: url)], name: "chaos"),
            topology: Topology(prefix: "belfry"), consumes: false, publishesEvents: false, logger: logger)
    }

    /// Keeps the connection open until the task is cancelled.
    func run() async { await broker.run() }

    /// Publishes one message into every queue that has dead letters, once the broker confirms it, and returns the
    /// queues.
    func publish() async throws -> [WorkQueue] {
        let queues = WorkQueue.allCases.filter(\.hasDeadLetters)
        for queue in queues {
            let message = OutboundMessage(
                exchange: queue.exchange, routingKey: queue.routingKeys[0], id: "poison-\(queue.rawValue)",
                body: Array("{".utf8))
            _ = try await until("the broker takes poison", withinSeconds: 120) {
                try? await broker.publish([message])
            }
        }
        return queues
    }
}
