import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `All lanes together` {
    private var lanes = Lanes(windowSize: 100, inFlightLimit: 2, jitteringLimit: 2)

    /// Attempts at two targets have been answered.
    init() {
        for origin in ["https://example.com", "https://other.example"] { lanes.prove(origin) }
    }

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
        #expect(lanes.finished(other, .answered, nowMilliseconds: 5) == [])
        #expect(lanes.finished(Sample.delivery(1), .answered, nowMilliseconds: 5) == [.start(Sample.delivery(3))])
    }

    @Test mutating func `a lower limit of each target holds for what starts next, and a higher one starts what waits`()
    {
        let deliveries = (1...4).map { Sample.delivery($0) }
        let other = Sample.delivery(9, of: "https://new.example")
        #expect(deliveries.map { admit($0) } == [.start(deliveries[0]), .start(deliveries[1]), .wait, .wait])
        lanes.setInFlightLimit(1)
        #expect(lanes.finished(deliveries[0], .answered, nowMilliseconds: 5) == [])
        #expect(lanes.finished(deliveries[1], .answered, nowMilliseconds: 5) == [.start(deliveries[2])])
        lanes.setInFlightLimit(2)
        // The limit of a known target grows by its next answer.
        #expect(lanes.finished(deliveries[2], .answered, nowMilliseconds: 9) == [.start(deliveries[3])])
        lanes.prove("https://new.example")
        #expect(admit(other) == .start(other))
        #expect(lanes.inFlightLimit == 2)
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

    @Test(arguments: [Int64.max, 36_000, 0, -5])
    mutating func `a jitter is bounded, whatever the wait`(seconds: Int64) {
        var request = Sample.delivery(1, attempt: 2).request
        request.retry.backoffSeconds = [seconds]
        let retry = Delivery(request: request, message: Sample.message(request))
        let jitter = seconds > 0 ? Lanes.jitterMaxMilliseconds : 0
        #expect(admit(retry, fraction: 1) == .startAfterJitter(retry, milliseconds: jitter))
    }

    @Test mutating func `a retry that was deferred for a busy target jitters no second time`() {
        var request = Sample.delivery(1, attempt: 2).request
        request.deferrals.count = 1
        let retry = Delivery(request: request, message: Sample.message(request))
        #expect(admit(retry) == .start(retry))
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
        message.isRedelivered = true
        let again = Delivery(request: first.request, message: message)
        #expect(admit(first) == .start(first))
        #expect(admit(again) == .joinDuplicate)
        _ = lanes.finished(first, .answered, nowMilliseconds: 5)
        // Still in hand: the report of its result is not confirmed yet.
        #expect(admit(again) == .joinDuplicate)
        #expect(lanes.settled([first.trip]) == [first.message.tag, again.message.tag, again.message.tag])
        #expect(admit(again) == .ask(again), "it is not in hand any more")
    }

    /// Another courier may have made the attempt, and the run may have ended since.
    @Test(arguments: [1, 2]) mutating func `a redelivery that is not in hand starts only when the record was asked`(
        attempt: Int
    ) {
        var message = Sample.delivery(1, attempt: attempt).message
        message.isRedelivered = true
        let returned = Delivery(request: Sample.delivery(1, attempt: attempt).request, message: message)
        #expect(admit(returned) == .ask(returned))
        #expect(lanes.window.held == LaneCounts())
        #expect(admit(returned) == .joinDuplicate, "it is in hand until the question is published")
        #expect(lanes.settled([returned.trip]).count == 2)
        _ = lanes.shutdown()
        #expect(admit(returned) == .giveBack(returned))
    }

    @Test mutating func `a delivery that is redelivered while it jitters or waits joins the first one`() {
        let retry = Sample.delivery(1, attempt: 2)
        _ = admit(retry)
        #expect(admit(retry) == .joinDuplicate)
        for number in [2, 3, 4] as [UInt64] { _ = admit(Sample.delivery(number)) }
        #expect(admit(Sample.delivery(4)) == .joinDuplicate)
    }

    /// Another courier may have them by now.
    @Test
    mutating func `after a lost connection a delivery that waited or jittered is asked about when it is redelivered`() {
        let retry = Sample.delivery(9, attempt: 2)
        _ = admit(retry)
        for number in 1...UInt64(3) { _ = admit(Sample.delivery(number)) }
        func redelivered(_ delivery: Delivery) -> Delivery {
            var message = delivery.message
            message.tag.epoch = 1
            message.isRedelivered = true
            return Delivery(request: delivery.request, message: message)
        }
        let other = redelivered(Sample.delivery(4, of: "https://other.example"))
        #expect(admit(other) == .ask(other))
        #expect(lanes.finished(Sample.delivery(1), .answered, nowMilliseconds: 5) == [])
        #expect(lanes.jitterEnded(retry, nowMilliseconds: 500) == .giveBack(retry))
        #expect(lanes.window.held == LaneCounts(inFlight: 1, waiting: 0, unproven: 0))
        #expect(admit(redelivered(Sample.delivery(2))) == .joinDuplicate, "it is in flight")
        let again = redelivered(Sample.delivery(3))
        #expect(admit(again) == .ask(again))
    }

    @Test mutating func `deliveries of different executions or attempts are different deliveries`() {
        lanes = Lanes(windowSize: 100, inFlightLimit: 9, jitteringLimit: 0)
        lanes.prove("https://example.com")
        let deliveries = [Sample.delivery(1), Sample.delivery(1, attempt: 2), Sample.delivery(2)]
        for delivery in deliveries { #expect(admit(delivery) == .start(delivery)) }
        #expect(lanes.settled(deliveries.map(\.trip)).count == 3)
        #expect(lanes.settled(deliveries.map(\.trip)).isEmpty)
    }

    @Test mutating func `a tick defers the deliveries of every target that would wait too long`() {
        let origins = ["https://b.example", "https://a.example"]
        for (index, origin) in origins.enumerated() {
            lanes.prove(origin)
            for number in 1...UInt64(22) {
                #expect(admitted(Sample.delivery(UInt64(index) * 100 + number, of: origin)))
            }
        }
        #expect(lanes.tick(nowMilliseconds: 400).isEmpty)
        let deferred = lanes.tick(nowMilliseconds: 1_000).compactMap { action in
            if case .defer(let delivery, _) = action { delivery.laneName } else { nil }
        }
        #expect(deferred == Array(repeating: origins[1], count: 14) + Array(repeating: origins[0], count: 14))
    }

    private mutating func admitted(_ delivery: Delivery) -> Bool {
        if case .defer = admit(delivery) { false } else { true }
    }

    @Test mutating func `the window's sum is what the lanes hold, whatever happens to them`() {
        for number in 1...UInt64(3) { _ = admit(Sample.delivery(number)) }
        _ = admit(Sample.delivery(4, of: "https://unknown.example"))
        #expect(lanes.window.held == LaneCounts(inFlight: 3, waiting: 1, unproven: 1))
        _ = lanes.finished(Sample.delivery(4, of: "https://unknown.example"), .answered, nowMilliseconds: 5)
        #expect(lanes.window.held == LaneCounts(inFlight: 2, waiting: 1, unproven: 0))
        for number in 1...UInt64(3) { _ = lanes.finished(Sample.delivery(number), .failed, nowMilliseconds: 5) }
        #expect(lanes.window.held == LaneCounts())
    }

    @Test(arguments: [(300, 60_000), (3_600, 60_000), (10, 2_000)] as [(Int64, Int64)])
    mutating func `no delivery waits in a lane for so long that the record could take it for lost`(
        redeliverAfterSeconds: Int64, patience: Int64
    ) {
        lanes = Lanes(
            windowSize: 100, inFlightLimit: 2, jitteringLimit: 2, redeliverAfterSeconds: redeliverAfterSeconds)
        for number in 1...UInt64(2) { _ = admit(Sample.delivery(number)) }
        #expect(lanes.tick(nowMilliseconds: patience).isEmpty)
        #expect(lanes.tick(nowMilliseconds: patience + 1).count == 1)
    }

    @Test mutating func `a target is remembered between two bursts, and forgotten ten minutes after the last`() {
        _ = lanes.tick(nowMilliseconds: 599_999)
        #expect(lanes.laneCount == 2)
        _ = lanes.tick(nowMilliseconds: 600_000)
        #expect(lanes.laneCount == 0)
    }

    @Test mutating func `of too many targets those are forgotten that had no delivery for longest`() {
        _ = admit(Sample.delivery(1))
        for number in 0..<UInt64(Lanes.rememberedMax) { lanes.prove("https://\(number).example") }
        let latest = Sample.delivery(2, of: "https://7.example")
        _ = admit(latest, at: 1)
        _ = lanes.finished(latest, .answered, nowMilliseconds: 1)
        _ = lanes.tick(nowMilliseconds: 1)
        #expect(lanes.laneCount == Lanes.rememberedMax)
        #expect(lanes.window.held == LaneCounts(inFlight: 1, waiting: 0, unproven: 0))
        for number in 3...UInt64(4) { #expect(admit(Sample.delivery(number, of: "https://7.example"), at: 2) != .wait) }
    }

    @Test mutating func `while the lanes are paused every delivery waits, and starts with the first tick after it`() {
        lanes.isPaused = true
        let retry = Sample.delivery(2, attempt: 2)
        #expect(admit(Sample.delivery(1)) == .wait)
        _ = admit(retry)
        #expect(lanes.jitterEnded(retry, nowMilliseconds: 500) == .wait)
        #expect(lanes.tick(nowMilliseconds: 1_000).isEmpty)
        lanes.isPaused = false
        #expect(lanes.tick(nowMilliseconds: 2_000) == [.start(Sample.delivery(1)), .start(retry)])
    }

    @Test mutating func `after shutdown no delivery starts, and deliveries that wait, jitter or arrive are given back`()
    {
        let retry = Sample.delivery(9, attempt: 2)
        _ = admit(retry)
        for number in [1, 2, 3] as [UInt64] { _ = admit(Sample.delivery(number)) }
        #expect(lanes.shutdown() == [.giveBack(Sample.delivery(3))])
        #expect(lanes.finished(Sample.delivery(1), .answered, nowMilliseconds: 5) == [])
        #expect(lanes.jitterEnded(retry, nowMilliseconds: 5) == .giveBack(retry))
        #expect(admit(Sample.delivery(4)) == .giveBack(Sample.delivery(4)))
        #expect(lanes.tick(nowMilliseconds: 9_999).isEmpty)
    }
}
