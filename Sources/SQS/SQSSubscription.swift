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
    /// How many messages the next answer may have.
    private var messagesAsked = SQSClient.batchMax
    /// How many tries to delete have failed since the last one that succeeded.
    private var deleteFailures = 0
    /// By the monotonic clock.
    private var deletesAgainAtMilliseconds: Int64?

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
                let begun = time.monotonicMilliseconds()
                let received = try await client.receive(
                    from: queue, limit: min(limit, messagesAsked), attributes: attributes)
                if failures > 0 { logger.info("SQS answers again", metadata: ["failures": "\(failures)"]) }
                failures = 0
                if !received.isEmpty {
                    messagesAsked = min(2 * messagesAsked, SQSClient.batchMax)
                    return received.map(inbound)
                }
                // A server that does not wait for messages must not be asked without a pause.
                emptyMilliseconds = time.monotonicMilliseconds() - begun
            } catch {
                try Task.checkCancellation()
                // Ten large messages may take longer than an answer may: fewer are asked for until some have come. An
                // empty answer shows nothing, since SQS hides the messages of the failed one for a while.
                messagesAsked = 1
                failures += 1
                if Backoff.isLogged(attempt: failures - 1) {
                    logger.warning("messages can't be received from SQS, trying again", metadata: Self.metadata(error))
                }
                try await time.sleep(
                    milliseconds: backoff.milliseconds(attempt: failures - 1, fraction: .random(in: 0..<1)))
            }
        }
    }

    /// Deletes these messages. One that can't be deleted comes again, and is then found to be recorded.
    ///
    /// While SQS refuses to delete, it is asked ever less often, and no batch waits for that: the callbacks in it are
    /// confirmed already, and the next ones must not come late.
    public func acknowledge(_ tags: [MessageTag]) async {
        let acked = tags.compactMap { handles.removeValue(forKey: $0) }
        guard !acked.isEmpty else { return }
        if let at = deletesAgainAtMilliseconds, time.monotonicMilliseconds() < at { return }
        for triesLeft in (0..<(deleteFailures == 0 ? Self.deleteTriesMax : 1)).reversed() {
            do throws(SQSError) {
                try await client.delete(acked, from: queue)
                if deleteFailures > 0 {
                    logger.info("SQS deletes messages again", metadata: ["failures": "\(deleteFailures)"])
                }
                (deleteFailures, deletesAgainAtMilliseconds) = (0, nil)
                return
            } catch {
                guard !Task.isCancelled else { return }
                if Backoff.isLogged(attempt: deleteFailures) {
                    logger.warning(
                        "messages can't be deleted from SQS, which will offer them again",
                        metadata: Self.metadata(error))
                }
                let wait = backoff.milliseconds(attempt: deleteFailures, fraction: .random(in: 0..<1))
                deleteFailures += 1
                if triesLeft > 0 {
                    try? await time.sleep(milliseconds: wait)
                } else {
                    deletesAgainAtMilliseconds = time.monotonicMilliseconds() + wait
                }
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
