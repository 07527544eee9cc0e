internal import Messaging

/// Knows which published batch waits for which confirms. Pure: no connection, no continuation, no clock of its own.
struct ConfirmTracker {
    private struct Batch {
        var id: UInt64
        var firstTag: UInt64
        /// For each message whether it is mandatory, from `firstTag` on.
        var isMandatory: [Bool]
        var publishedAt: ContinuousClock.Instant
        var missing: Int
        var missingMandatory: Int
        /// What a return may be about.
        var destinations: Set<Destination>
        var failure: PublishError?

        var tags: Range<UInt64> { firstTag..<(firstTag + UInt64(isMandatory.count)) }
    }

    struct Destination: Hashable {
        var exchange: String
        var routingKey: String
    }

    struct Finished: Equatable {
        var batch: UInt64
        var failure: PublishError?
    }

    /// Publishing tags are counted from 1 on each channel (RabbitMQ, "Publisher Confirms").
    private var nextTag: UInt64 = 1
    private var nextBatch: UInt64 = 1
    /// By ascending tags; a batch's tags are consecutive.
    private var batches: [Batch] = []
    private var unconfirmed: Set<UInt64> = []
    /// Every tag below was settled by a `multiple`.
    private var lowestTag: UInt64 = 1

    init() {}

    /// For a new channel: tags begin again, batch ids go on, so that no id ever means two batches.
    init(after previous: ConfirmTracker) {
        nextBatch = previous.nextBatch
    }

    var isEmpty: Bool { batches.isEmpty }

    /// When the batch was published that waits longest.
    var oldestPublishedAt: ContinuousClock.Instant? { batches.first?.publishedAt }

    /// Starts a batch of messages, which are published next and in one go.
    mutating func begin(
        isMandatory: [Bool], destinations: Set<Destination>, at now: ContinuousClock.Instant
    ) -> UInt64 {
        let batch = Batch(
            id: nextBatch, firstTag: nextTag, isMandatory: isMandatory, publishedAt: now, missing: isMandatory.count,
            missingMandatory: isMandatory.count { $0 }, destinations: destinations)
        nextBatch += 1
        nextTag += UInt64(isMandatory.count)
        unconfirmed.formUnion(batch.tags)
        batches.append(batch)
        return batch.id
    }

    /// A message came back. Its tag is not told, yet what can't be routed once can't be routed in any batch that is
    /// still open, so all that publish to the same place fail; they are published again.
    mutating func returned(_ destination: Destination) {
        for index in batches.indices where batches[index].destinations.contains(destination) {
            batches[index].failure = .unroutable(exchange: destination.exchange, routingKey: destination.routingKey)
        }
    }

    /// A confirm or a refusal came, for one tag or for all up to it. Answers the batches that are complete by it.
    ///
    /// What isn't mandatory is said to whoever listens: a listener's full queue refuses it, and that is theirs to mend.
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

    /// Ends the wait of batches published before `instant` that lack nothing but confirms of what isn't mandatory: a
    /// listener's queue that never answers must not hold up ours.
    mutating func giveUpOptional(publishedBefore instant: ContinuousClock.Instant) -> [Finished] {
        let overdue = batches.filter { $0.publishedAt < instant && $0.missingMandatory == 0 }
        return overdue.compactMap { batch in
            batches.firstIndex { $0.id == batch.id }.map { finish(at: $0) }
        }
    }

    /// Counts the waits from now on: while the broker was blocked nothing could be confirmed.
    mutating func restartWaits(at now: ContinuousClock.Instant) {
        for index in batches.indices { batches[index].publishedAt = now }
    }

    private mutating func finish(at index: Int) -> Finished {
        let batch = batches.remove(at: index)
        return Finished(batch: batch.id, failure: batch.failure)
    }
}
