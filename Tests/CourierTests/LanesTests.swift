import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `All lanes together` {
    private var lanes = Lanes(inFlightLimit: 2, jitteringLimit: 2)

    private mutating func admit(_ delivery: Delivery, fraction: Double = 0.5, at now: Int64 = 0) -> LaneAction {
        lanes.admit(delivery, nowMilliseconds: now) { fraction }
    }

    @Test mutating func `deliveries to different targets do not delay each other`() {
        for number in [1, 2] as [UInt64] {
            #expect(admit(Sample.delivery(number)) == .start(Sample.delivery(number)))
        }
        #expect(admit(Sample.delivery(3)) == .wait)
        let other = Sample.delivery(4, of: "https://other.example")
        #expect(admit(other) == .start(other))
        #expect(lanes.finished(other, nowMilliseconds: 5) == .wait)
        #expect(lanes.finished(Sample.delivery(1), nowMilliseconds: 5) == .start(Sample.delivery(3)))
    }

    @Test mutating func `deliveries to one scheme, host and port share a lane, even with different paths`() {
        let addresses = ["https://Example.com/a", "https://example.com:443/b", "https://example.com/c?d"]
        let actions = addresses.enumerated().map { number, address in
            var request = Sample.delivery(UInt64(number)).request
            request.target.address = address
            return admit(Delivery(request: request, message: Sample.message(request)))
        }
        #expect(actions.last == .wait)
    }

    @Test(
        arguments: [(2, 0, 0), (2, 0.5, 500), (2, 1, 1_000), (3, 1, 5_000), (4, 1, 5_000)] as [(Int, Double, Int64)])
    mutating func `a retry starts after a jitter of at most a fifth of its wait, and at most five seconds`(
        attempt: Int, fraction: Double, milliseconds: Int64
    ) {
        let retry = Sample.delivery(1, attempt: attempt)
        #expect(admit(retry, fraction: fraction) == .startAfterJitter(retry, milliseconds: milliseconds))
        #expect(lanes.jitterEnded(retry, nowMilliseconds: 9) == .start(retry))
    }

    @Test mutating func `a first attempt starts without jitter and without a random number`() {
        let delivery = Sample.delivery(1)
        let action = lanes.admit(delivery, nowMilliseconds: 0) {
            Issue.record("a first attempt needs no jitter")
            return 0
        }
        #expect(action == .start(delivery))
    }

    @Test mutating func `only a limited number of retries wait out a jitter; the others enter their lanes at once`() {
        let retries = (1...4).map { Sample.delivery($0, attempt: 2) }
        #expect(admit(retries[0]) == .startAfterJitter(retries[0], milliseconds: 500))
        #expect(admit(retries[1]) == .startAfterJitter(retries[1], milliseconds: 500))
        #expect(admit(retries[2]) == .start(retries[2]))
        #expect(lanes.jitterEnded(retries[0], nowMilliseconds: 500) == .start(retries[0]))
        #expect(admit(retries[3]) == .startAfterJitter(retries[3], milliseconds: 500))
    }

    @Test mutating func `the jitter does not count as latency of the target`() {
        let retry = Sample.delivery(1, attempt: 3)
        _ = admit(retry, fraction: 1)
        _ = lanes.jitterEnded(retry, nowMilliseconds: 5_000)
        _ = admit(Sample.delivery(2), at: 5_000)
        #expect(admit(Sample.delivery(3), at: 5_000) == .wait)
    }

    @Test
    mutating func
        `a delivery that is redelivered after a lost connection starts once, and all of its messages are acked`()
    {
        let first = Sample.delivery(1)
        var message = first.message
        message.tag = MessageTag(epoch: 1, number: 9)
        let again = Delivery(request: first.request, message: message)
        #expect(admit(first) == .start(first))
        #expect(admit(again) == .joinDuplicate)
        _ = lanes.finished(first, nowMilliseconds: 5)
        // Still in hand: the report of its result is not confirmed yet.
        #expect(admit(again) == .joinDuplicate)
        #expect(lanes.settled([first.key]) == [first.message.tag, again.message.tag, again.message.tag])
        #expect(admit(again) == .start(again))
    }

    @Test mutating func `a delivery that is redelivered while it jitters or waits joins the first one`() {
        let retry = Sample.delivery(1, attempt: 2)
        _ = admit(retry)
        #expect(admit(retry) == .joinDuplicate)
        for number in [2, 3, 4] as [UInt64] { _ = admit(Sample.delivery(number)) }
        #expect(admit(Sample.delivery(4)) == .joinDuplicate)
    }

    @Test mutating func `deliveries of different executions or attempts are different deliveries`() {
        lanes = Lanes(inFlightLimit: 9, jitteringLimit: 0)
        let deliveries = [Sample.delivery(1), Sample.delivery(1, attempt: 2), Sample.delivery(2)]
        for delivery in deliveries { #expect(admit(delivery) == .start(delivery)) }
        #expect(lanes.settled(deliveries.map(\.key)).count == 3)
        #expect(lanes.settled(deliveries.map(\.key)).isEmpty)
    }

    @Test mutating func `a tick defers the deliveries of every target that would wait too long`() {
        let origins = ["https://b.example", "https://a.example", "https://c.example"]
        for (index, origin) in origins.enumerated() {
            for number in 0..<UInt64(3) { _ = admit(Sample.delivery(UInt64(index) * 10 + number, of: origin)) }
        }
        #expect(lanes.tick(nowMilliseconds: 2_000).isEmpty)
        let impatient: [LaneAction] = [
            .defer(Sample.delivery(12, of: origins[1])), .defer(Sample.delivery(2, of: origins[0])),
            .defer(Sample.delivery(22, of: origins[2])),
        ]
        #expect(lanes.tick(nowMilliseconds: 2_001) == impatient)
        #expect(lanes.tick(nowMilliseconds: 9_999).isEmpty)
    }

    @Test mutating func `after shutdown no delivery starts, and deliveries that wait, jitter or arrive are given back`()
    {
        let retry = Sample.delivery(9, attempt: 2)
        _ = admit(retry)
        for number in [1, 2, 3] as [UInt64] { _ = admit(Sample.delivery(number)) }
        #expect(lanes.shutdown() == [.giveBack(Sample.delivery(3))])
        #expect(lanes.finished(Sample.delivery(1), nowMilliseconds: 5) == .wait)
        #expect(lanes.jitterEnded(retry, nowMilliseconds: 5) == .giveBack(retry))
        #expect(admit(Sample.delivery(4)) == .giveBack(Sample.delivery(4)))
        #expect(lanes.tick(nowMilliseconds: 9_999).isEmpty)
    }
}
