import JSON
import Logging
import Messaging
import RabbitMQ
import TestServers
import Testing

/// A subscriber to the events of an installation, with a queue of its own.
actor EventSubscriber {
    /// An event as it was received.
    struct Event {
        var id: String?
        var routingKey: String
        var body: JSONValue

        var type: String { body["type"]?.string ?? "" }
        var executionID: String { body["execution"]?["execution_id"]?.string ?? "" }
    }

    private var events: [Event] = []
    private let queue: ServiceQueue
    private let acknowledges: Bool

    /// Subscribes to all events while `body` runs. Without `acknowledges` it keeps its first event for ever.
    static func with(
        _ name: String, _ belfry: Installation, acknowledges: Bool = true,
        _ body: (EventSubscriber) async throws -> Void
    ) async throws {
        let url = try BrokerURL(parsing: try #require(belfry.settings["BELFRY_EVENTS_AMQP_URL"]))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let queue = ServiceQueue(
            options: ConnectionOptions(urls: [url], name: "test"), name: "belfry.subscriber.\(name)",
            bindings: [.init(exchange: "belfry.events", routingKey: "#")], prefetch: acknowledges ? 500 : 1,
            logger: logger)
        let subscriber = EventSubscriber(queue: queue, acknowledges: acknowledges)
        let connection = Task { await queue.run() }
        let reading = Task { await subscriber.read() }
        defer {
            connection.cancel()
            reading.cancel()
        }
        _ = try await until("\(name) is bound") { queue.fault == nil ? true : nil }
        try await body(subscriber)
        try await belfry.controlBroker(["delete_queue", "belfry.subscriber.\(name)"])
    }

    private init(queue: ServiceQueue, acknowledges: Bool) {
        self.queue = queue
        self.acknowledges = acknowledges
    }

    private func read() async {
        while let batch = try? await queue.next(limit: 500) {
            events += batch.map { message in
                Event(
                    id: message.id, routingKey: message.routingKey,
                    body: (try? JSONValue(parsing: message.body, limits: .trusted)) ?? .null)
            }
            if acknowledges { await queue.acknowledge(batch.map(\.tag)) }
        }
    }

    /// All events so far.
    func received() -> [Event] { events }

    /// The executions of which there was an event of this type.
    func executions(_ type: String) -> Set<String> {
        Set(events.filter { $0.type == type }.map(\.executionID))
    }
}
