import Messaging

/// Matches publisher confirms with the batches that wait for them.
///
/// Pure: no connection, no continuation, no clock of its own. A batch is finished when each of its messages was
/// confirmed. It has failed when a message of it was returned as unroutable or got a nack.
struct ConfirmTracker {
    private struct Batch {
        var id: UInt64
        var tags: Range<UInt64>
        var missing: Int
        /// When a message of it was last sent or confirmed.
        var progressAt: ContinuousClock.Instant
        /// Where its mandatory messages go: a return names the place and not the message.
        var destinations: Set<Destination>
        var failure: PublishError?
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
    /// By ascending tags; a batch's tags are consecutive.
    private var batches: [Batch] = []
    private var unconfirmed: Set<UInt64> = []
    /// Every tag below was settled by a `multiple`.
    private var lowestTag: UInt64 = 1

    /// The number of messages that were sent and not confirmed yet.
    var unconfirmedCount: Int { unconfirmed.count }
    /// The batches that have begun and are not finished.
    var batchCount: Int { batches.count }

    /// The progress of the batch that has made none for longest.
    var oldestProgressAt: ContinuousClock.Instant? { batches.lazy.map(\.progressAt).min() }

    /// Starts a batch of `count` messages. They must be sent next, with none of another batch between them: the tags
    /// depend on it. A batch without a message would never be finished.
    mutating func begin(_ id: UInt64, count: Int, destinations: Set<Destination>, at now: ContinuousClock.Instant) {
        precondition(count > 0, "a batch without a message")
        precondition(batches.last.map { $0.tags.upperBound <= nextTag } ?? true, "the batch before is not sent yet")
        batches.append(
            Batch(
                id: id, tags: nextTag..<(nextTag + UInt64(count)), missing: count, progressAt: now,
                destinations: destinations))
    }

    /// The next message of the newest batch was sent.
    mutating func sent(at now: ContinuousClock.Instant) {
        unconfirmed.insert(nextTag)
        nextTag += 1
        if !batches.isEmpty { batches[batches.count - 1].progressAt = now }
    }

    /// A message was returned as unroutable. A return has no tag, so every batch that waits and publishes to the same
    /// place fails. Its publisher publishes it again, and the message ids make the repeats harmless.
    mutating func returned(_ destination: Destination) {
        for index in batches.indices where batches[index].destinations.contains(destination) {
            batches[index].failure = .unroutable(exchange: destination.exchange, routingKey: destination.routingKey)
        }
    }

    /// An ack or a nack arrived, for one tag or for all up to it. Answers the batches that it finishes.
    mutating func confirmed(
        tag: UInt64, multiple: Bool, isAccepted: Bool, at now: ContinuousClock.Instant
    ) -> [Finished] {
        var finished: [Finished] = []
        // A tag that was not sent confirms nothing, and after a `multiple` of 9 one of 7 is about nothing.
        let end = min(tag, nextTag - 1) + 1
        let tags = min(multiple ? lowestTag : tag, end)..<end
        for current in tags where unconfirmed.remove(current) != nil {
            guard let index = batches.firstIndex(where: { $0.tags.contains(current) }) else { continue }
            batches[index].missing -= 1
            batches[index].progressAt = now
            if !isAccepted, batches[index].failure == nil { batches[index].failure = .refused }
            if batches[index].missing == 0 {
                let batch = batches.remove(at: index)
                finished.append(Finished(batch: batch.id, failure: batch.failure))
            }
        }
        if multiple { lowestTag = max(lowestTag, end) }
        return finished
    }

    /// Counts every wait from `now`: the broker confirms nothing while it blocks its publishers.
    mutating func restartWaits(at now: ContinuousClock.Instant) {
        for index in batches.indices { batches[index].progressAt = now }
    }
}
