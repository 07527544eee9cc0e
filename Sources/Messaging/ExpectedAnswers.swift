/// The answers to one request.
public struct ExpectedAnswers: Sendable {
    /// A UUID that the request must name, so that its answers come to this process.
    public let asker: String
    /// The answers, in their order. The sequence ends early when the connection is lost, or when the answers have more
    /// bytes than were expected. Once nobody iterates over it, further answers are dropped.
    public let answers: AsyncStream<InboundMessage>
    private let continuation: AsyncStream<InboundMessage>.Continuation

    /// `continuation` is that of `answers`.
    public init(
        asker: String, answers: AsyncStream<InboundMessage>, continuation: AsyncStream<InboundMessage>.Continuation
    ) {
        self.asker = asker
        self.answers = answers
        self.continuation = continuation
    }

    /// Ends the sequence behind the answers that have arrived.
    public func end() { continuation.finish() }
}
