import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `A delivery that makes several trips` {
    private var lanes = Lanes(windowSize: 100, inFlightLimit: 2, jitteringLimit: 2)

    private mutating func admit(_ delivery: Delivery, at now: Int64 = 0) -> LaneAction {
        lanes.admit(delivery, nowMilliseconds: now) { 0.5 }
    }

    private mutating func isDeferred(_ delivery: Delivery) -> Bool {
        if case .defer = admit(delivery, at: Lane.probeMilliseconds) { true } else { false }
    }

    private static func onNextTrip(
        _ delivery: Delivery, number: UInt64, _ change: (inout Deferrals) -> Void
    ) -> Delivery {
        var request = delivery.request
        change(&request.deferrals)
        return Delivery(request: request, message: Sample.message(request, number: number))
    }

    /// The deferral is published with others, and may be on its way before all of them are confirmed.
    @Test mutating func `a deferred delivery that comes back before its deferral is settled is not acked with it`() {
        let origin = "https://unknown.example"
        for number in 1...UInt64(5) { _ = admit(Sample.delivery(number, of: origin)) }
        let first = Sample.delivery(6, of: origin)
        #expect(isDeferred(first))
        let second = Self.onNextTrip(first, number: 60) { $0.count = 1 }
        #expect(isDeferred(second), "deferred once more")
        let third = Self.onNextTrip(second, number: 61) { $0.count = 2 }
        _ = lanes.finished(Sample.delivery(1, of: origin), .answered, nowMilliseconds: 3_000)
        #expect(admit(third, at: 3_000) == .wait)
        #expect(admit(third, at: 3_000) == .joinDuplicate)
        #expect(admit(first, at: 3_000) == .joinDuplicate, "one attempt is in hand")
        #expect(lanes.settled([first.trip]) == [first.message.tag])
        #expect(lanes.settled([second.trip]) == [second.message.tag])
        #expect(lanes.settled([third.trip]).count == 3)
    }

    @Test
    mutating func `a delivery that waited in vain and comes back before its deferral is settled is not acked with it`()
    {
        let origin = "https://unknown.example"
        let first = Sample.delivery(2, of: origin)
        for delivery in [Sample.delivery(1, of: origin), first] { _ = admit(delivery) }
        #expect(lanes.tick(nowMilliseconds: 60_001).count == 1)
        let second = Self.onNextTrip(first, number: 60) { $0.count = 1 }
        #expect(admit(second, at: 60_001) == .wait)
        #expect(lanes.settled([first.trip]) == [first.message.tag])
    }

    @Test mutating func `a delivery that asks the record and comes back before that is settled is not acked with it`() {
        let first = Sample.delivery(1)
        #expect(admit(first) == .start(first))
        _ = lanes.finished(first, .asked, nowMilliseconds: 5)
        #expect(admit(first) == .joinDuplicate)
        let second = Self.onNextTrip(first, number: 60) { $0.askedCount = 1 }
        #expect(admit(second) == .start(second))
        #expect(lanes.settled([first.trip]) == [first.message.tag, first.message.tag])
        #expect(lanes.settled([second.trip]) == [second.message.tag])
    }
}
