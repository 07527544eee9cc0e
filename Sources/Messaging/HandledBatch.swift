/// The result of handling a batch.
public struct HandledBatch: Sendable, Equatable {
    /// Published together and confirmed before the batch is acked.
    public var messages: [OutboundMessage]
    /// Published once `messages` are confirmed: they must not overtake what stood before them.
    public var marks: [OutboundMessage]
    /// Messages that no retry can help, by their place in the batch.
    public var dead: [DeadLetter]
    /// The number of messages that were handled, from the first one on; nil for all of them. The others are handed to
    /// the handler again, once these are acked: what a batch leads to may be much larger than the batch.
    public var count: Int?
    /// Once this batch is acked, another subscriber gets the messages of the queue: the next in the broker's order.
    public var givesQueueAway = false

    /// Dead letters beyond `count` are left out: their messages are handed to the handler again.
    public init(
        messages: [OutboundMessage] = [], marks: [OutboundMessage] = [], dead: [DeadLetter] = [], count: Int? = nil
    ) {
        self.messages = messages
        self.marks = marks
        self.dead = dead.filter { letter in count.map { letter.index < $0 } ?? true }
        self.count = count
    }

    /// One message of the batch, and why it cannot be handled.
    public struct DeadLetter: Sendable, Equatable {
        public var index: Int
        /// The report at fault, if the message is a batch of reports: the others were handled.
        public var report: InboundMessage?
        public var reason: DeadLetterReason
        public var error: String

        public init(index: Int, report: InboundMessage? = nil, reason: DeadLetterReason, error: String) {
            self.index = index
            self.report = report
            self.reason = reason
            self.error = error
        }
    }
}
