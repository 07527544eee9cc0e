public import JobCore
public import Logging
public import Messaging

/// A queue on SQS, as consumers see a queue of the broker.
///
/// What is acked is deleted; all else is offered again after the queue's visibility timeout. While SQS does not answer,
/// `next` waits and tries again.
public actor SQSSubscription: MessageSubscription {
    private static let deleteTriesMax = 3
    /// Handles that are never acked are dropped beyond this. Their messages come again.
    private static let heldMax = 1_000

    private let client: SQSClient
    private let queue: SQSQueueURL
    private let exchange: String
    private let attributes: [String]
    private let time: any TimeSource
    private let logger: Logger
    private let backoff = Backoff(firstMilliseconds: 500, ceilingMilliseconds: 30_000)
    private var handles: [MessageTag: String] = [:]
    private var epoch: UInt64 = 1
    private var number: UInt64 = 0

    /// - Parameters:
    ///   - exchange: What its messages have in place of the exchange that they were published to.
    ///   - attributes: The names of the attributes that become headers.
    public init(
        client: SQSClient, queue: SQSQueueURL, exchange: String, attributes: [String], time: any TimeSource,
        logger: Logger
    ) {
        self.client = client
        self.queue = queue
        self.exchange = exchange
        self.attributes = attributes
        self.time = time
        self.logger = logger
    }

    /// Waits until SQS has messages. Throws `CancellationError` when the task is cancelled.
    public func next(limit: Int) async throws -> [InboundMessage] {
        var failures = 0
        var emptyMilliseconds: Int64?
        while true {
            try Task.checkCancellation()
            if let passed = emptyMilliseconds, passed < 1_000 { try await time.sleep(milliseconds: 1_000 - passed) }
            emptyMilliseconds = nil
            do throws(SQSError) {
                // An answer that could not be read may have been too long: fewer messages make it shorter.
                let begun = time.monotonicMilliseconds()
                let received = try await client.receive(
                    from: queue, limit: failures == 0 ? limit : 1, attributes: attributes)
                if failures > 0 { logger.info("SQS answers again", metadata: ["failures": "\(failures)"]) }
                failures = 0
                if !received.isEmpty { return received.map(inbound) }
                // A server that does not wait for messages must not be asked without a pause.
                emptyMilliseconds = time.monotonicMilliseconds() - begun
            } catch {
                try Task.checkCancellation()
                failures += 1
                // The tries 1, 2, 4, 8 … are logged: an outage must not fill the log.
                if failures.nonzeroBitCount == 1 {
                    logger.warning("messages can't be received from SQS, trying again", metadata: Self.metadata(error))
                }
                try await time.sleep(
                    milliseconds: backoff.milliseconds(attempt: failures - 1, fraction: .random(in: 0..<1)))
            }
        }
    }

    /// Deletes these messages. One that can't be deleted comes again, and is then found to be recorded.
    public func acknowledge(_ tags: [MessageTag]) async {
        let acked = tags.compactMap { handles.removeValue(forKey: $0) }
        guard !acked.isEmpty else { return }
        for attempt in 0..<Self.deleteTriesMax {
            do throws(SQSError) {
                return try await client.delete(acked, from: queue)
            } catch {
                guard attempt + 1 < Self.deleteTriesMax, !Task.isCancelled else {
                    return logger.warning(
                        "messages can't be deleted from SQS, which will offer them again",
                        metadata: Self.metadata(error))
                }
                let wait = backoff.milliseconds(attempt: attempt, fraction: .random(in: 0..<1))
                try? await time.sleep(milliseconds: wait)
            }
        }
    }

    /// Forgets the messages in hand. SQS offers them again.
    public func restart() async {
        handles = [:]
        epoch += 1
    }

    private func inbound(_ message: SQSReceivedMessage) -> InboundMessage {
        if handles.count >= Self.heldMax { handles = [:] }
        number += 1
        let tag = MessageTag(epoch: epoch, number: number)
        handles[tag] = message.receiptHandle
        // The count itself is not passed on: it also grows while the pipeline's broker is unavailable, and must not
        // make a good message a suspect.
        return InboundMessage(
            tag: tag, exchange: exchange, routingKey: "sqs", headers: message.attributes, id: message.id,
            isRedelivered: message.receiveCount > 1, body: message.body)
    }

    private static func metadata(_ error: SQSError) -> Logger.Metadata {
        ["error": "\(error.code)", "detail": "\(ForeignText.cleaned(error.detail))"]
    }
}
