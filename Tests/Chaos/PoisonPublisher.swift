import Logging
import Messaging
import RabbitMQ
import TestServers

/// Publishes messages that can't be handled, as the operator's broker user.
struct PoisonPublisher {
    private let broker: RabbitBroker

    init(urls: String) throws {
        var logger = Logger(label: "chaos")
        logger.logLevel = .critical
        broker = RabbitBroker(
            options: ConnectionOptions(urls: try BrokerURL.list(parsing: urls), name: "chaos"),
            topology: Topology(prefix: "belfry"), consumes: false, publishesEvents: false, logger: logger)
    }

    /// Keeps the connection open until the task is cancelled.
    func run() async { await broker.run() }

    /// Not JSON, and JSON with numbers that no stage may calculate with.
    private static let bodies = [
        "{",
        #"{"attempt":9223372036854775807,"retry":{"max_attempts":9223372036854775807,"#
            + #""backoff_seconds":[9223372036854775807]},"last_occurrence":9223372036854775807}"#,
    ]

    /// Publishes messages into every queue that has dead letters, once the broker confirms them. Returns the queue of
    /// each.
    func publish() async throws -> [WorkQueue] {
        let queues = WorkQueue.allCases.filter(\.hasDeadLetters)
        for queue in queues {
            let messages = Self.bodies.map {
                OutboundMessage(
                    exchange: queue.exchange, routingKey: queue.routingKeys[0], id: "poison-\(queue.rawValue)",
                    body: Array($0.utf8))
            }
            _ = try await until("the broker takes poison") {
                try? await broker.publish(messages)
            }
        }
        return queues + queues
    }
}
