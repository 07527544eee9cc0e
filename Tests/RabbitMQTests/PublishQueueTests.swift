import Messaging
import Testing

@testable import RabbitMQ

/// Guarantee: a caller never waits long for a broker that does not answer, and none is refused by one that does.
@Suite final class PublishQueueTests {
    private let start = ContinuousClock.now
    private let message = AMQPMessage(exchange: "belfry", routingKey: "schedule.due", body: [1, 2, 3])
    private var queue = PublishQueue<Int>()

    init() { queue.opened() }

    private func next() -> PublishQueue<Int>.Batch? { queue.next() }
    private func finish(_ batch: PublishQueue<Int>.Batch?) -> Int? { queue.finished(batch?.id ?? 0) }
    private func overdue(atSecond second: Int) -> [Int] { queue.overdue(at: start + .seconds(second)).sorted() }

    private func add(_ caller: Int?, afterSeconds seconds: Int = 0, deadline: Int? = nil) -> PublishError? {
        queue.add(
            [message], caller: caller, deadline: deadline.map { start + .seconds($0) }, at: start + .seconds(seconds))
    }

    @Test func `batches are sent in the order of their calls, and each last confirm answers its caller`() {
        _ = add(1)
        _ = add(2)
        let (first, second) = (queue.next(), queue.next())
        #expect(next() == nil)
        #expect(finish(second) == 2)
        #expect(finish(first) == 1)
        #expect(!queue.isAwaited)
    }

    @Test func `nothing is taken before the connection is open`() {
        queue = PublishQueue()
        #expect(add(1) == .unavailable("not connected yet"))
    }

    @Test func `a closed channel answers the callers of what was sent, and keeps the rest`() {
        _ = add(1)
        _ = add(2)
        _ = queue.next()
        #expect(queue.channelClosed(at: start) == [1])
        #expect(finish(next()) == 2)
        #expect(!queue.isAwaited && queue.fault(at: start + .seconds(60)) == nil)
    }

    @Test func `a lost connection answers every caller, and refuses the next at once`() {
        _ = add(1)
        _ = queue.next()
        _ = add(2)
        let answered = queue.closed(because: "lost").sorted()
        #expect(answered == [1, 2])
        #expect(add(3) == .unavailable("lost"))
        queue.opened()
        #expect(add(4, afterSeconds: 60) == nil)
        #expect(finish(next()) == 4, "the lost batches are not sent again")
    }

    @Test func `what nobody waits for is counted when it is refused or lost, once, and not when it is confirmed`() {
        _ = queue.add([message, message], caller: nil, at: start)
        _ = add(1)
        #expect(queue.finished(next()?.id ?? 0) == nil)
        #expect(finish(next()) == 1 && queue.takeLostCount() == 0)
        // A nack.
        _ = queue.add([message, message], caller: nil, at: start)
        #expect(queue.finished(next()?.id ?? 0, isAccepted: false) == nil)
        #expect(queue.takeLostCount() == 2 && queue.takeLostCount() == 0)
        // One that was sent and one that was not.
        _ = add(nil)
        _ = next()
        _ = queue.add([message, message], caller: nil, at: start)
        _ = add(2)
        #expect(queue.closed(because: "lost") == [2] && queue.takeLostCount() == 3)
        queue.opened()
        // An alarm keeps what was sent.
        _ = add(nil)
        let sent = next()
        _ = add(nil)
        _ = queue.blocked(because: "disk")
        #expect(queue.takeLostCount() == 1)
        _ = finish(sent)
        #expect(queue.takeLostCount() == 0)
    }

    @Test func `an alarm answers every caller at once, and refuses further ones until it is over`() {
        _ = add(1)
        let sent = queue.next()
        let answered = queue.blocked(because: "low on memory")
        #expect(answered == [1])
        #expect(add(2)?.description.contains("low on memory") == true)
        queue.unblocked(at: start + .seconds(90))
        #expect(add(3, afterSeconds: 91) == nil)
        #expect(finish(sent) == nil, "its caller has its answer")
    }

    @Test func `a broker that confirms nothing for two seconds answers every caller, and refuses the next`() {
        _ = add(1)
        _ = queue.next()
        #expect(add(2, afterSeconds: 1) == nil)
        #expect(overdue(atSecond: 2) == [])
        #expect(overdue(atSecond: 3) == [1, 2])
        #expect(add(3, afterSeconds: 3) == .unavailable("the broker has confirmed nothing for 3 s"))
    }

    @Test func `large messages are given the time that a slow disk needs`() {
        let large = AMQPMessage(
            exchange: "belfry", routingKey: "schedule.due", body: [UInt8](repeating: 0, count: 8_388_608))
        _ = queue.add([large], caller: 1, at: start)
        #expect(overdue(atSecond: 6) == [])
        #expect(overdue(atSecond: 7) == [1])
    }

    @Test func `a late confirm ends the silence`() {
        _ = add(1)
        let sent = queue.next()
        _ = queue.overdue(at: start + .seconds(9))
        queue.progressed(at: start + .seconds(10))
        #expect(finish(sent) == nil)
        #expect(add(2, afterSeconds: 11) == nil)
    }

    @Test func `a slow broker that goes on confirming is waited for`() {
        _ = add(1)
        for second in 1...60 {
            queue.progressed(at: start + .seconds(second))
            #expect(overdue(atSecond: second + 1) == [])
        }
        #expect(queue.isAwaited)
    }

    @Test func `silence is counted from the first batch that waits, not from the last confirm`() {
        _ = add(1)
        #expect(finish(next()) == 1)
        #expect(add(2, afterSeconds: 3_600) == nil)
        #expect(overdue(atSecond: 3_601) == [])
    }

    @Test func `a caller with a deadline is answered then, and the others wait on`() {
        _ = add(1)
        _ = add(2, deadline: 1)
        #expect(overdue(atSecond: 1) == [2])
        #expect(queue.fault(at: start + .seconds(1)) == nil)
        #expect(queue.isAwaited)
    }

    @Test func `a batch that nobody waits for is sent like any other`() {
        _ = add(nil)
        #expect(!queue.isAwaited)
        #expect(next()?.messages == [message])
    }

    @Test func `what waits to be sent is bounded by bytes, except a single batch`() {
        let large = AMQPMessage(
            exchange: "belfry", routingKey: "schedule.due",
            body: [UInt8](repeating: 0, count: PublishQueue<Int>.unsentBytesMax + 1))
        _ = queue.add([large], caller: 1, at: start)
        #expect(add(2)?.description.contains("wait to be sent") == true)
        _ = queue.next()
        #expect(add(3) == nil)
    }

    @Test func `a batch that is given up late is not sent, and its silence refuses no other`() {
        queue = PublishQueue(forgetsLate: true)
        queue.opened()
        _ = add(1, deadline: 2)
        _ = queue.next()
        _ = add(2, deadline: 2)
        #expect(overdue(atSecond: 2) == [1, 2])
        #expect(!queue.needsChannel)
        #expect(add(3, afterSeconds: 60, deadline: 120) == nil)
        #expect(overdue(atSecond: 100) == [], "nobody else's deadline ends this wait")
        queue.channelLeft()
        #expect(finish(next()) == 3)
    }

    @Test(arguments: ["answered", "left", "closed by the broker", "lost"])
    func `no batch is taken on the channel of one that is given up late, until that is over`(end: String) {
        queue = PublishQueue(forgetsLate: true)
        queue.opened()
        _ = add(1, deadline: 2)
        let first = next()
        #expect(overdue(atSecond: 2) == [1])
        #expect(!queue.needsChannel, "nothing waits")
        _ = add(2, afterSeconds: 2)
        #expect(next() == nil && queue.needsChannel)
        switch end {
        case "answered": #expect(finish(first) == nil)
        case "left": queue.channelLeft()
        case "closed by the broker": #expect(queue.channelClosed(at: start + .seconds(2)) == [])
        default:
            #expect(queue.closed(because: "lost") == [2])
            queue.opened()
            _ = add(2, afterSeconds: 2)
        }
        #expect(!queue.needsChannel)
        #expect(finish(next()) == 2)
    }

    @Test func `what is given up late makes room for other bytes`() {
        queue = PublishQueue(forgetsLate: true)
        queue.opened()
        let large = AMQPMessage(
            exchange: "", routingKey: "q", body: [UInt8](repeating: 0, count: PublishQueue<Int>.unsentBytesMax - 1))
        #expect(queue.add([large], caller: 1, deadline: start + .seconds(2), at: start) == nil)
        #expect(add(2) != nil, "three more bytes are too many")
        #expect(overdue(atSecond: 2) == [1])
        #expect(add(3) == nil && add(4) == nil)
    }
}
