public import JobCore
public import Logging
public import Messaging

/// A queue on SQS, as consumers see a queue of the broker.
///
/// What is acked is deleted; all else is offered again after the queue's visibility timeout. While SQS does not answer,
/// `next` waits and tries again.
public actor SQSSubscription: MessageSubscription {
    private static let deleteTriesMax = 3
    /// Of the messages in hand, and of those that are acked and not deleted, the handles beyond this are dropped. Their
    /// messages come again.
    private static let heldMax = 1_000

    private let client: SQSClient
    private let queue: SQSQueueURL
    private let exchange: String
    private let attributes: [String]
    private let time: any TimeSource
    private let logger: Logger
    private let backoff = Backoff(firstMilliseconds: 500, ceilingMilliseconds: 30_000)
    /// Of the messages in hand.
    private var handles: [MessageTag: String] = [:]
    /// Of messages that are acked and not deleted yet.
    private var acked: [String] = []
    private var epoch: UInt64 = 1
    private var number: UInt64 = 0
    /// How many messages the next answer may have.
    private var messagesAsked = SQSClient.batchMax
    /// How many calls that delete have failed since the last one that succeeded.
    private var deleteFailures = 0
    /// How many answers have named messages that are not deleted.
    private var partialAnswers = 0
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
            await deleteAcked()
            do throws(SQSError) {
                let begun = time.monotonicMilliseconds()
                let received = try await client.receive(
                    from: queue, limit: min(limit, messagesAsked), attributes: attributes)
                if failures > 0 { logger.info("SQS answers again", metadata: ["failures": "\(failures)"]) }
                failures = 0
                if !received.isEmpty {
                    messagesAsked = min(2 * messagesAsked, SQSClient.batchMax)
                    if handles.count > Self.heldMax { handles = [:] }
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
    /// While SQS refuses the calls that delete, it is asked ever less often, and no batch waits for that: the callbacks
    /// in it are confirmed already, and the next ones must not come late. What is acked meanwhile is deleted later.
    public func acknowledge(_ tags: [MessageTag]) async {
        keep(tags.compactMap { handles.removeValue(forKey: $0) })
        await deleteAcked()
    }

    /// Forgets the messages in hand. SQS offers them again.
    public func restart() async {
        handles = [:]
        epoch += 1
    }

    private func keep(_ added: [String]) {
        acked += added
        acked.removeFirst(max(0, acked.count - Self.heldMax))
    }

    /// Deletes all that is acked, unless SQS has refused that just now.
    private func deleteAcked() async {
        while !acked.isEmpty {
            if let at = deletesAgainAtMilliseconds, time.monotonicMilliseconds() < at { return }
            let batch = Array(acked.prefix(SQSClient.batchMax))
            acked.removeFirst(batch.count)
            guard await delete(batch) else {
                // Behind the others, so that these can't hold the others up.
                return keep(batch)
            }
        }
    }

    /// Makes the call, and once it has failed tries again. False if it was not answered as it should.
    private func delete(_ batch: [String]) async -> Bool {
        for triesLeft in (0..<(deleteFailures == 0 ? Self.deleteTriesMax : 1)).reversed() {
            do throws(SQSError) {
                let failed = try await client.delete(batch, from: queue)
                if deleteFailures > 0 {
                    logger.info("SQS deletes messages again", metadata: ["failures": "\(deleteFailures)"])
                }
                (deleteFailures, deletesAgainAtMilliseconds) = (0, nil)
                logMessages(notDeleted: failed)
                return true
            } catch {
                guard !Task.isCancelled else { return false }
                if Backoff.isLogged(attempt: deleteFailures) {
                    logger.warning(
                        "messages can't be deleted from SQS, which may offer them again",
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
        return false
    }

    /// They come again, with handles that are valid: to try these handles once more could fail for ever.
    private func logMessages(notDeleted codes: [String]) {
        guard let code = codes.first else { return }
        if Backoff.isLogged(attempt: partialAnswers) {
            logger.warning(
                "SQS has not deleted some messages of a batch, and will offer them again",
                metadata: ["error": "\(code)", "messages": "\(codes.count)"])
        }
        partialAnswers += 1
    }

    private func inbound(_ message: SQSReceivedMessage) -> InboundMessage {
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
