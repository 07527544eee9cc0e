import Logging
import Messaging
import RabbitMQ
import TestServers
import Testing

extension EndToEnd {
    /// A service that reads its invocations from a queue of its own on the service broker.
    struct QueueWorker {
        private let queue: ServiceQueue
        private let loop: Task<Void, Never>

        /// Makes the queue, and waits until it is there.
        static func start(_ name: String, in belfry: Installation) async throws -> QueueWorker {
            let url = try BrokerURL(parsing: try #require(belfry.settings["BELFRY_SERVICE_AMQP_URL"]))
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let queue = ServiceQueue(
                options: ConnectionOptions(urls: [url], name: "service"), name: name, prefetch: 10, logger: logger)
            let worker = QueueWorker(queue: queue, loop: Task { await queue.run() })
            _ = try await until("there is a queue \(name)") {
                let queues = try await belfry.controlBroker(["list_queues", "-p", "services", "name"])
                return queues.split(separator: "\n").contains { $0 == name } ? true : nil
            }
            return worker
        }

        /// Waits for this many messages, and acknowledges them.
        func take(_ count: Int) async throws -> [InboundMessage] {
            var messages: [InboundMessage] = []
            while messages.count < count { messages += try await queue.next(limit: count - messages.count) }
            await queue.acknowledge(messages.map(\.tag))
            return messages
        }

        func stop() { loop.cancel() }
    }
}
