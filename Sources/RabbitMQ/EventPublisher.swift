import CoreMetrics
import Logging
import Messaging
import Synchronization

/// Publishes events, on a connection of their own.
///
/// Events go to queues of other people. RabbitMQ stops reading a connection once a quorum queue that it publishes to
/// has lost its majority (after some hundred messages), and confirms nothing meanwhile: on the connection of the
/// pipeline's messages one subscriber's queue would stop the stage. Here it stops the events of other subscribers at
/// most: while the broker does not read the connection, they get none, and some are lost.
///
/// A batch waits for the confirms of its events for a short time. After a wait in vain none waits until the broker has
/// confirmed them all, or for a minute.
final class EventPublisher: Sendable {
    private static let waitMax: Duration = .milliseconds(500)

    let publisher: Publisher
    private let patience = Mutex(EventPatience())
    private let unconfirmed: Counter

    init(
        options: ConnectionOptions, logger: Logger,
        unconfirmed: Counter = Counter(label: "belfry_events_unconfirmed_total", dimensions: [])
    ) {
        self.unconfirmed = unconfirmed
        publisher = Publisher(options: options, role: "events", logger: logger) { unconfirmed.increment(by: $0) }
    }

    /// Publishes events. Returns an error only while the connection is lost or blocked: then the events are published
    /// again, with the batch that they belong to. A subscriber's queue that confirms nothing can end the connection,
    /// too. It is opened again at once, so that costs a repeat.
    func publish(_ events: [AMQPMessage]) async -> PublishError? {
        do throws(PublishError) {
            let isAllConfirmed = publisher.isAllConfirmed
            if patience.withLock({ $0.mayWait(at: .now, isAllConfirmed: isAllConfirmed) }) {
                try await publisher.publish(events, within: Self.waitMax)
            } else {
                try publisher.send(events)
            }
            return nil
        } catch {
            guard case .connected = publisher.state else { return error }
            unconfirmed.increment(by: events.count)
            // A nack is an answer: the next batch may wait for its own.
            if error != .refused, patience.withLock({ $0.ranOut(at: .now) }) {
                publisher.connection.logger.warning(
                    "events are not confirmed: a subscriber's queue is slow or without its majority",
                    metadata: ["error": "\(error)"])
            }
            return nil
        }
    }
}
