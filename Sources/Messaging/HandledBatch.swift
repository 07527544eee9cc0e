/// The result of handling a batch.
public struct HandledBatch: Sendable, Equatable {
    /// Published together and confirmed before the batch is acked.
    public var messages: [OutboundMessage]
    /// Messages that no retry can help, by their place in the batch.
    public var dead: [DeadLetter]

    public init(messages: [OutboundMessage] = [], dead: [DeadLetter] = []) {
        self.messages = messages
        self.dead = dead
    }

    /// One message of the batch, and why it cannot be handled.
    public struct DeadLetter: Sendable, Equatable {
        public var index: Int
        public var reason: DeadLetterReason
        public var error: String

        public init(index: Int, reason: DeadLetterReason, error: String) {
            self.index = index
            self.reason = reason
            self.error = error
        }
    }
}
