/// The dead letters of one queue after the other, as deadletterd has them in hand.
///
/// What is taken and not removed goes back to its queue, to its place, once the queue is closed. Nobody else can take
/// these letters until then.
///
///     try await scan.open(.courierDeliveries)
///     while let letters = try await scan.next() { try await scan.remove(letters.map(\.message.tag)) }
///     await scan.close()
public protocol DeadLetterScan: Sendable {
    /// Begins to take the dead letters of a work queue, from the first one on. Gives back those of the queue before.
    func open(_ queue: WorkQueue) async throws(PublishError)

    /// The next letters, in the order of the queue; empty if none has come within a second. Nil at the end: all letters
    /// that were there when the queue was opened have come.
    func next() async throws(PublishError) -> [TakenLetter]?

    /// Publishes messages, and answers for each of them what has become of it, in the same order. After an error any of
    /// the messages may have been published.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError) -> [PublishOutcome]

    /// Removes letters from the open queue.
    func remove(_ tags: [MessageTag]) async throws(PublishError)

    /// Gives back what is not removed. By then the broker knows what was.
    func close() async
}

/// A dead letter that is in hand.
public struct TakenLetter: Sendable, Equatable {
    /// Its body is cut off after `MessageLimits.bodyBeginningBytes` if it has more than
    /// `MessageLimits.replayedBodyBytesMax`.
    public var message: InboundMessage
    /// The length of the whole body.
    public var bodyBytes: Int

    public init(_ message: InboundMessage, bodyBytes: Int) {
        self.message = message
        self.bodyBytes = bodyBytes
    }

    /// Whether the whole body is there.
    public var isWhole: Bool { message.body.count == bodyBytes }
}

/// What has become of one published message.
public enum PublishOutcome: Sendable, Equatable {
    case confirmed
    /// No queue is bound for it.
    case unroutable
    /// The broker does not take it, and says why.
    case refused(String)
}
