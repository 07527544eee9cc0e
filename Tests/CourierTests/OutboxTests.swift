import Determinism
import JobCore
import Logging
import Messaging
import MessagingTesting
import Synchronization
import Testing

@testable import Courier

/// Notes what is acknowledged.
private final class Acknowledged: MessageSubscription {
    let tags = Mutex<[MessageTag]>([])

    func next(limit: Int) async throws -> [InboundMessage] { [] }
    func acknowledge(_ tags: [MessageTag]) async { self.tags.withLock { $0 += tags } }
    func restart() async {}
}

@Suite struct `What the courier has in hand` {
    private let broker = MemoryBroker()
    private let acknowledged = Acknowledged()
    private let outbox: Outbox

    init() {
        outbox = Outbox(
            broker: broker, subscription: acknowledged, time: HandTime(Sample.occurrence),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func delivery(
        epoch: UInt64, number: UInt64, _ change: (inout DeliveryRequested) -> Void = { _ in }
    ) throws -> Courier.Delivery {
        let request = Sample.request(change)
        var message = try Sample.message(request)
        message.tag = MessageTag(epoch: epoch, number: number)
        return Courier.Delivery(request: request, message: message)
    }

    private func end(_ delivery: Courier.Delivery) async {
        await outbox.add(.init(key: Outbox.Key(delivery.request), tag: delivery.message.tag, messages: []))
        await outbox.finish()
    }

    @Test func `is not begun a second time when a lost connection brings it again`() async throws {
        let first = try delivery(epoch: 1, number: 7)
        let again = try delivery(epoch: 2, number: 1)
        #expect(await outbox.admit([first]).count == 1)
        #expect(await outbox.admit([again]).isEmpty)
        await end(first)
        #expect(acknowledged.tags.withLock { $0 } == [first.message.tag, again.message.tag])
    }

    @Test func `is forgotten at its end, so that a delivery made again later is made`() async throws {
        let first = try delivery(epoch: 1, number: 7)
        #expect(await outbox.admit([first]).count == 1)
        await end(first)
        #expect(await outbox.admit([try delivery(epoch: 1, number: 8)]).count == 1)
    }

    @Test func `is told apart by execution and attempt`() async throws {
        let deliveries = [
            try delivery(epoch: 1, number: 1), try delivery(epoch: 1, number: 2) { $0.attempt = 2 },
            try delivery(epoch: 1, number: 3) { $0.executionID = .random() },
        ]
        #expect(await outbox.admit(deliveries).count == 3)
    }
}
