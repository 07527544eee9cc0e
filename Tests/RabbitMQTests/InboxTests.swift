import Messaging
import Testing

@testable import RabbitMQ

/// Guarantee: what a caller takes is bounded by count and by bytes, and order survives a requeue.
@Suite final class InboxTests {
    private var inbox = Inbox<String>(prefetch: 10)

    private func receive(_ number: UInt64, bytes: Int = 1, isRedelivered: Bool = false) -> Bool {
        inbox.receive(
            InboundMessage(
                tag: MessageTag(epoch: 1, number: number), exchange: "belfry", routingKey: "schedule.due",
                isRedelivered: isRedelivered, body: [UInt8](repeating: 0, count: bytes)))
    }

    private func take(limit: Int) -> [UInt64]? {
        inbox.wait(1, limit: limit, caller: "caller")
        return inbox.handOut()?.batch.map(\.tag.number)
    }

    @Test func `a caller gets what is there, in order, up to its limit`() {
        for number in 1...3 as ClosedRange<UInt64> { #expect(receive(number)) }
        #expect(take(limit: 2) == [1, 2])
        #expect(take(limit: 2) == [3])
        #expect(take(limit: 2) == nil)
    }

    @Test func `a batch has no more bytes than the limit, unless its only message has`() {
        let half = MessageLimits.batchBytesMax / 2
        for number in 1...3 as ClosedRange<UInt64> { #expect(receive(number, bytes: half)) }
        #expect(receive(4, bytes: MessageLimits.batchBytesMax + 1))
        #expect(take(limit: 9) == [1, 2])
        #expect(take(limit: 9) == [3])
        #expect(take(limit: 9) == [4])
    }

    @Test func `a message that was on its way while others were requeued is requeued, too`() {
        #expect(receive(1))
        inbox.requeued()
        #expect(!receive(2))
        #expect(receive(3, isRedelivered: true))
        #expect(receive(4))
        #expect(take(limit: 9) == [3, 4])
    }

    @Test func `once everything that was on its way has arrived, new messages are taken though none came back`() {
        #expect(receive(1))
        inbox.requeued()
        inbox.requeueEnded()
        #expect(receive(2))
    }

    @Test func `a caller whose task is cancelled is answered once, and takes nothing`() {
        inbox.wait(7, limit: 9, caller: "caller")
        let answers = [inbox.endWait(6), inbox.endWait(7), inbox.endWait(7)]
        #expect(answers == [nil, "caller", nil])
        #expect(receive(1))
        #expect(inbox.handOut() == nil)
    }
}
