public import Logging
public import Messaging

/// A reader of a stream over AMQP 0-9-1. Reading removes nothing: acknowledging only asks for more messages.
///
///     let reader = StreamReader(options: options, stream: "belfry.fork.archive", from: .first, prefetch: 500, …)
///     async let connection: Void = reader.run()
///     let messages = try await reader.next(limit: 500)
public struct StreamReader: Sendable {
    private let consumer: Consumer
    private let name: String

    /// Opens nothing yet: `run` does. At most `prefetch` messages are unacknowledged at a time.
    public init(
        options: ConnectionOptions, stream: String, from start: StreamOffset, prefetch: Int, logger: Logger
    ) {
        consumer = Consumer(options: options, stream: stream, from: start, prefetch: prefetch, logger: logger)
        name = stream
    }

    /// Keeps the connection open until the task is cancelled. After a loss it goes on behind the last message that
    /// `next` has returned. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await consumer.run()
        } onCancel: {
            consumer.interrupt()
        }
    }

    /// Waits for a message, and returns at most `limit` of those that are there, in their order. Throws
    /// `CancellationError` when the task is cancelled.
    public func next(limit: Int) async throws -> [InboundMessage] {
        try await consumer.next(from: name, limit: limit)
    }

    /// Makes room for further messages.
    public func acknowledge(_ tags: [MessageTag]) async {
        await consumer.acknowledge(tags)
    }
}
