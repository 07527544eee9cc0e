/// A stage, as its pump sees it: a function from messages to messages.
///
///     struct Echo: MessageHandler {
///         func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
///             let read = batch.decoded { message throws(UnreadableMessage) in
///                 try message.decoded(as: ExecutionCancelled.self)
///             }
///             return HandledBatch(messages: read.messages.map { OutboundMessage($0) }, dead: read.dead)
///         }
///     }
public protocol MessageHandler: Sendable {
    /// Handles a batch in order, with one transaction for all of it. The same batch again leads to the same messages:
    /// its messages are then marked as redelivered, or as tried again (`InboundMessage.mayHaveBeenHandled`).
    ///
    /// Throws `StoreError.unavailable` when the batch must wait. After any other error the pump tries the messages one
    /// by one, and the one at fault becomes a dead letter.
    func handle(_ batch: [InboundMessage]) async throws -> HandledBatch
}
