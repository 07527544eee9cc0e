/// The messages of one queue.
public protocol MessageSubscription: Sendable {
    /// Waits until a message is there, then takes those that are already waiting, `limit` at most. It never waits to
    /// fill a batch. Throws `CancellationError` when the task is cancelled.
    func next(limit: Int) async throws -> [InboundMessage]

    /// Acks these messages. Tags of a lost connection are ignored: the broker has requeued their messages.
    func acknowledge(_ tags: [MessageTag]) async

    /// Has the broker requeue every unacked message.
    func restart() async
}
