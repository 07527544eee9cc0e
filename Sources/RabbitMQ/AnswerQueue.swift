public import Logging
public import Messaging

/// Receives answers on a queue of this process alone, over a connection of its own.
///
/// The broker deletes the queue with the connection. This is the one queue that a stage declares itself: it is no part
/// of the topology, since it belongs to one process and lives no longer.
///
///     let answers = AnswerQueue(options: options, topology: topology, logger: logger)
///     async let connection: Void = answers.run()
public struct AnswerQueue: AnswerReceiver {
    private let consumer: AnswerConsumer

    /// Opens nothing yet: `run` does.
    public init(options: ConnectionOptions, topology: Topology, logger: Logger) {
        consumer = AnswerConsumer(options: options, exchange: topology.name(of: .answers), logger: logger)
    }

    /// Keeps the connection open, and reconnects after a loss, until the task is cancelled. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await consumer.run()
        } onCancel: {
            consumer.interrupt()
        }
    }

    /// See `AnswerReceiver.expect`. Throws `unavailable` while there is no connection.
    public func expect(_ requestID: String, bytesMax: Int) throws(PublishError) -> ExpectedAnswers {
        guard let expected = consumer.router.expect(requestID, bytesMax: bytesMax) else {
            throw .unavailable("answers: \(fault ?? "not connected yet")")
        }
        return expected
    }

    /// Why no answers can arrive now; nil when they can.
    public var fault: String? { consumer.state.fault }
}
