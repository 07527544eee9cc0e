import Determinism
import JobCore
import Messaging
import MessagingTesting
import StageKit
import Testing

/// Guarantee: a publisher reaches no queue but those that its permissions allow, whatever headers it sets.
@Suite struct CheckedSubscriptionTests {
    private let broker = MemoryBroker()
    private let journal = Journal()

    private func subscription(of queue: WorkQueue) async -> any MessageSubscription {
        let time = HandTime(Instant(secondsSinceEpoch: 1_800_000_000))
        let settlement = Settlement(
            of: queue, broker: WatchedBroker(broker, journal), time: time, logger: Sample.quiet)
        return await settlement.subscribe(prefetch: 10)
    }

    /// Puts a message into a queue as a `CC` header would: with the routing key that it was published with.
    private func smuggle(_ id: String, into queue: WorkQueue, routingKey: String) {
        broker.rearrange(queue.rawValue) { waiting in
            waiting.insert(
                InboundMessage(
                    tag: MessageTag(epoch: 0, number: 1_000_000), exchange: "belfry", routingKey: routingKey, id: id,
                    body: []), at: 0)
        }
    }

    @Test func `a message that a foreign routing key led here is a dead letter, and those behind it arrive`()
        async throws
    {
        try await broker.publish(Sample.messages(["own"]))
        smuggle("forged", into: .dispatcherDue, routingKey: RoutingKey.executionFinished)
        let batch = try await subscription(of: .dispatcherDue).next(limit: 10)
        #expect(batch.map(\.id) == ["own"])
        #expect(journal.all == ["publish dead forged", "ack 1"])
        let letter = try #require(broker.waiting(in: "dispatcher.due.dead").first)
        #expect(letter.headers[Header.deadReason] == "forbidden")
        #expect(letter.headers[Header.deadError]?.contains("execution.finished") == true)
    }

    @Test func `a message of a newer version is a dead letter that says what to do, and those behind it arrive`()
        async throws
    {
        var newer = Sample.messages(["newer"])[0]
        newer.headers[Header.messageVersion] = "2"
        try await broker.publish([newer] + Sample.messages(["own"]))
        let batch = try await subscription(of: .dispatcherDue).next(limit: 10)
        #expect(batch.map(\.id) == ["own"])
        let letter = try #require(broker.waiting(in: "dispatcher.due.dead").first)
        #expect(letter.headers[Header.deadReason] == "unreadable")
        #expect(letter.headers[Header.deadError]?.contains("upgrade this program, then replay it") == true)
        #expect(letter.headers[Header.messageVersion] == "2")
    }

    @Test func `a forged baton is dropped, since its queue has no dead letters`() async throws {
        smuggle("forged", into: .tickerBaton, routingKey: RoutingKey.executionFinished)
        let subscription = await subscription(of: .tickerBaton)
        let next = Task { try await subscription.next(limit: 1) }
        while !journal.all.contains("ack 1") { await Task.yield() }
        #expect(journal.all == ["publish ", "ack 1"])
        next.cancel()
        _ = try? await next.value
    }

    @Test(arguments: WorkQueue.allCases)
    func `every routing key of a queue is let in`(queue: WorkQueue) {
        #expect(queue.routingKeys.allSatisfy { queue.accepts(routingKey: $0) })
        #expect(!queue.accepts(routingKey: "belfry.\(queue.rawValue)") || queue.routingKeys.contains("#"))
    }
}
