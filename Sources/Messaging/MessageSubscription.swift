/// The messages of one queue.
public protocol MessageSubscription: Sendable {
    /// Waits for a message, then returns the messages that are already waiting, at most `limit` and at most
    /// `MessageLimits.batchBytesMax` together, but at least one. It never waits to fill a batch. Throws
    /// `CancellationError` when the task is cancelled.
    func next(limit: Int) async throws -> [InboundMessage]

    /// Acks these messages. Tags of a lost connection are ignored: the broker has requeued their messages.
    func acknowledge(_ tags: [MessageTag]) async

    /// Makes the broker requeue every unacked message of the queue.
    func restart() async
}
