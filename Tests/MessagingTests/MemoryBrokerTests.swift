import JobCore
import Messaging
import MessagingTesting
import Testing

/// The contract that stages rely on. RabbitMQServerTests test RabbitMQ for the same contract.
@Suite struct `The broker in memory` {
    private let broker = MemoryBroker(now: Instant(secondsSinceEpoch: 100))

    private func message(
        _ routingKey: String, _ id: String = "m", exchange: Exchange = .pipeline, isMandatory: Bool = true
    ) -> OutboundMessage {
        OutboundMessage(
            exchange: exchange, routingKey: routingKey, headers: ["belfry-a": "b"], id: id, body: Array(id.utf8),
            isMandatory: isMandatory)
    }

    private func ids(_ queue: String) -> [String?] { broker.waiting(in: queue).map(\.id) }

    @Test(
        arguments: WorkQueue.allCases.filter { $0 != .tickerBaton }.flatMap { queue in
            queue.routingKeys.map { (queue, $0) }
        }) func `the broker in memory routes by the topology`(queue: WorkQueue, key: String) async throws
    {
        try await broker.publish([message(key, exchange: queue.exchange)])
        for other in WorkQueue.allCases { #expect(ids(other.rawValue) == (other == queue ? ["m"] : [])) }
        let arrived = try #require(broker.waiting(in: queue.rawValue).first)
        #expect(arrived.routingKey == key && arrived.exchange == "belfry" + queue.exchange.rawValue)
        #expect(arrived.headers == ["belfry-a": "b"] && arrived.body == Array("m".utf8) && !arrived.isRedelivered)
    }

    @Test func `the broker in memory routes dead letters by their queue's name`() async throws {
        try await broker.publish([message("dispatcher.due", exchange: .dead)])
        #expect(ids("dispatcher.due.dead") == ["m"])
        #expect(ids("dispatcher.due").isEmpty)
    }

    @Test func `the broker in memory refuses a mandatory message without a queue, after it took the messages before`()
        async throws
    {
        let batch = [message(RoutingKey.scheduleDue, "one"), message("no.such.key", "two")]
        await #expect(throws: PublishError.unroutable(exchange: "belfry", routingKey: "no.such.key")) {
            try await broker.publish(batch)
        }
        #expect(ids("dispatcher.due") == ["one"])
    }

    @Test func `the broker in memory accepts an event that no queue takes, and keeps it for the test`() async throws {
        let event = message(RoutingKey.executionFinished, isMandatory: false)
        try await broker.publish([event])
        #expect(broker.unrouted == [event])
        #expect(broker.isIdle)
    }

    @Test func `the broker in memory refuses every publish while it is unavailable`() async throws {
        broker.setAvailable(false)
        await #expect(throws: PublishError.self) { try await broker.publish([message(RoutingKey.scheduleDue)]) }
        #expect(ids("dispatcher.due").isEmpty)
        broker.setAvailable(true)
        try await broker.publish([message(RoutingKey.scheduleDue)])
        #expect(ids("dispatcher.due") == ["m"])
    }

    @Test func `the broker in memory delivers waiting messages in order, at most the limit`() async throws {
        try await broker.publish(["a", "b", "c"].map { message(RoutingKey.scheduleDue, $0) })
        let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 10)
        #expect(try await subscription.next(limit: 2).map(\.id) == ["a", "b"])
        #expect(try await subscription.next(limit: 2).map(\.id) == ["c"])
        #expect(!broker.isIdle)
    }

    @Test
    func
        `the broker in memory requeues unacked messages in front, in order and marked as redelivered`()
        async throws
    {
        try await broker.publish(["a", "b", "c", "d"].map { message(RoutingKey.scheduleDue, $0) })
        let taken = broker.take(from: .dispatcherDue, limit: 3)
        broker.acknowledge([taken[1].tag])
        broker.requeue(taken.map(\.tag).reversed())
        let waiting = broker.waiting(in: "dispatcher.due")
        #expect(waiting.map(\.id) == ["a", "c", "d"])
        #expect(waiting.map(\.isRedelivered) == [true, true, false])
    }

    @Test func `the broker in memory returns a delivery from its retry queue when its time is over, and not before`()
        async throws
    {
        try await broker.publish([
            message(RoutingKey.retry(stepSeconds: 30), "later", exchange: .retry),
            message(RoutingKey.retry(stepSeconds: 5), "sooner", exchange: .retry),
        ])
        #expect(broker.nextRelease == Instant(secondsSinceEpoch: 105))
        broker.advance(to: Instant(millisecondsSinceEpoch: 104_999))
        #expect(ids("dispatcher.deliveries").isEmpty)
        broker.advance(to: Instant(secondsSinceEpoch: 105))
        #expect(ids("dispatcher.deliveries") == ["sooner"])
        let delivery = try #require(broker.waiting(in: "dispatcher.deliveries").first)
        #expect(delivery.routingKey == RoutingKey.deliveryDue && delivery.exchange == "belfry")
        #expect(delivery.headers["x-death"] != nil && delivery.ownHeaders == ["belfry-a": "b"])
        broker.advance(to: Instant(secondsSinceEpoch: 130))
        #expect(ids("dispatcher.deliveries") == ["sooner", "later"])
        #expect(broker.nextRelease == nil)
    }

    @Test func `the broker in memory keeps the newer of two batons`() async throws {
        try await broker.publish([message(RoutingKey.baton, "old"), message(RoutingKey.baton, "new")])
        #expect(ids("ticker.baton") == ["new"])
    }

    @Test func `the broker in memory wakes a waiting consumer, also for a message before one that failed`() async throws
    {
        let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 1)
        let waiting = Task { try await subscription.next(limit: 1).map(\.id) }
        try? await broker.publish([message(RoutingKey.scheduleDue, "first"), message("no.such.key")])
        #expect(try await waiting.value == ["first"])
        let again = Task { try await subscription.next(limit: 1).map(\.id) }
        try await broker.publish([message(RoutingKey.scheduleDue, "second")])
        #expect(try await again.value == ["second"])
    }

    @Test func `the broker in memory ends the wait of a cancelled task`() async {
        let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 1)
        let waiting = Task { try await subscription.next(limit: 1) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }

    @Test func `the broker in memory is idle when only dead letters and the baton are left`() async throws {
        try await broker.publish([message(RoutingKey.baton), message("ingester.reports.0", exchange: .dead)])
        #expect(broker.isIdle)
        try await broker.publish([message(RoutingKey.retry(stepSeconds: 5), exchange: .retry)])
        #expect(!broker.isIdle)
    }
}
