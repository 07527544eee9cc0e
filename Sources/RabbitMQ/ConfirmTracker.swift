import Messaging

/// Matches publisher confirms with the batches that wait for them.
///
/// Pure: no connection, no continuation, no clock of its own. A batch is finished when each of its messages was
/// confirmed. It has failed when a mandatory message of it was returned as unroutable or got a nack.
struct ConfirmTracker {
    private struct Batch {
        var id: UInt64
        var firstTag: UInt64
        /// Whether each message is mandatory, from `firstTag` on.
        var isMandatory: [Bool]
        var publishedAt: ContinuousClock.Instant
        var missing: Int
        var missingMandatory: Int
        /// Where its mandatory messages go: a return names the place and not the message.
        var destinations: Set<Destination>
        var failure: PublishError?

        var tags: Range<UInt64> { firstTag..<(firstTag + UInt64(isMandatory.count)) }
    }

    /// An exchange and a routing key, as a `basic.return` names them.
    struct Destination: Hashable {
        var exchange: String
        var routingKey: String
    }

    /// A batch whose wait is over. `failure` is nil when the broker has taken every message.
    struct Finished: Equatable {
        var batch: UInt64
        var failure: PublishError?
    }

    /// Both sides count the messages of a channel from 1 (RabbitMQ, "Publisher Confirms").
    private var nextTag: UInt64 = 1
    private var nextBatch: UInt64 = 1
    /// By ascending tags; a batch's tags are consecutive.
    private var batches: [Batch] = []
    private var unconfirmed: Set<UInt64> = []
    /// Every tag below was settled by a `multiple`.
    private var lowestTag: UInt64 = 1

    init() {}

    /// For a new channel. Tags begin again; batch ids go on, so that an id never means two batches.
    init(after previous: ConfirmTracker) {
        nextBatch = previous.nextBatch
    }

    var isEmpty: Bool { batches.isEmpty }

    /// When the oldest batch that still waits was published.
    var oldestPublishedAt: ContinuousClock.Instant? { batches.first?.publishedAt }

    /// Starts a batch and answers its id. Its messages must be published next, in this order and with none of another
    /// batch between them: the tags depend on it. A batch without a message would never be finished.
    mutating func begin(
        isMandatory: [Bool], destinations: Set<Destination>, at now: ContinuousClock.Instant
    ) -> UInt64 {
        precondition(!isMandatory.isEmpty, "a batch without a message")
        let batch = Batch(
            id: nextBatch, firstTag: nextTag, isMandatory: isMandatory, publishedAt: now, missing: isMandatory.count,
            missingMandatory: isMandatory.count { $0 }, destinations: destinations)
        nextBatch += 1
        nextTag += UInt64(isMandatory.count)
        unconfirmed.formUnion(batch.tags)
        batches.append(batch)
        return batch.id
    }

    /// A message was returned as unroutable. A return has no tag, so every batch that waits and publishes to the same
    /// place fails. Its publisher publishes it again, and the message ids make the repeats harmless.
    mutating func returned(_ destination: Destination) {
        for index in batches.indices where batches[index].destinations.contains(destination) {
            batches[index].failure = .unroutable(exchange: destination.exchange, routingKey: destination.routingKey)
        }
    }

    /// An ack or a nack arrived, for one tag or for all up to it. Answers the batches that it finishes.
    ///
    /// Messages that are not mandatory are events for external subscribers. A nack for one means that a subscriber's
    /// queue is full, which is no failure of the publisher.
    mutating func confirmed(tag: UInt64, multiple: Bool, isAccepted: Bool) -> [Finished] {
        var finished: [Finished] = []
        let tags = multiple ? lowestTag...max(tag, lowestTag) : tag...tag
        for current in tags where unconfirmed.remove(current) != nil {
            guard let index = batches.firstIndex(where: { $0.tags.contains(current) }) else { continue }
            let isMandatory = batches[index].isMandatory[Int(current - batches[index].firstTag)]
            batches[index].missing -= 1
            if isMandatory {
                batches[index].missingMandatory -= 1
                if !isAccepted, batches[index].failure == nil { batches[index].failure = .refused }
            }
            if batches[index].missing == 0 { finished.append(finish(at: index)) }
        }
        if multiple { lowestTag = max(lowestTag, tag + 1) }
        return finished
    }

    /// Ends the wait of batches that were published before `instant` and lack only confirms of events: a subscriber's
    /// queue without its majority must not hold up the pipeline. A confirm that arrives later is ignored.
    mutating func giveUpOptional(publishedBefore instant: ContinuousClock.Instant) -> [Finished] {
        let overdue = batches.filter { $0.publishedAt < instant && $0.missingMandatory == 0 }
        return overdue.compactMap { batch in
            batches.firstIndex { $0.id == batch.id }.map { finish(at: $0) }
        }
    }

    /// Counts every wait from `now`: the broker confirms nothing while it blocks its publishers.
    mutating func restartWaits(at now: ContinuousClock.Instant) {
        for index in batches.indices { batches[index].publishedAt = now }
    }

    private mutating func finish(at index: Int) -> Finished {
        let batch = batches.remove(at: index)
        return Finished(batch: batch.id, failure: batch.failure)
    }
}
