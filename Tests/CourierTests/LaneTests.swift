import Testing

@testable import Courier

@Suite struct `A target's lane` {
    /// A lane of 128 with `inFlight` deliveries in flight, numbered from 1.
    private static func lane(inFlight: UInt64, since startedAt: Int64 = 0) -> Lane {
        var lane = Lane(inFlightLimit: 128)
        for number in 0..<inFlight { _ = lane.admit(Sample.delivery(number + 1), nowMilliseconds: startedAt) }
        return lane
    }

    /// A full lane of a target that answered after `latency` ms. Its deliveries in flight have just started.
    private static func full(latency: Int64) -> Lane {
        var lane = lane(inFlight: 1, since: -latency)
        _ = lane.finished(Sample.delivery(1).key, nowMilliseconds: 0)
        for number in 1...UInt64(128) { _ = lane.admit(Sample.delivery(number), nowMilliseconds: 0) }
        return lane
    }

    private static let next = Sample.delivery(1_000)

    private enum Answer { case start, wait, `defer` }

    private static func expect(
        _ lane: Lane, at now: Int64 = 0, to answer: Answer, _ location: SourceLocation = #_sourceLocation
    ) {
        var lane = lane
        let action = lane.admit(next, nowMilliseconds: now)
        let expected: LaneAction =
            switch answer {
            case .start: .start(next)
            case .wait: .wait
            case .defer: .defer(next)
            }
        #expect(action == expected, sourceLocation: location)
    }

    @Test func `a lane starts deliveries at once while there is room`() {
        Self.expect(Lane(inFlightLimit: 128), to: .start)
        Self.expect(Self.lane(inFlight: 127), at: 1_000_000, to: .start)
        Self.expect(Self.lane(inFlight: 128), to: .wait)
    }

    @Test func `a lane has room for one more delivery when one has finished, even if that is reported twice`() {
        var lane = Self.lane(inFlight: 128)
        #expect(lane.finished(Sample.delivery(5).key, nowMilliseconds: 10) == .wait)
        #expect(lane.finished(Sample.delivery(5).key, nowMilliseconds: 20) == .wait)
        #expect(lane.inFlightCount == 127)
    }

    @Test func `a lane starts waiting deliveries in order, one for each delivery that finishes`() {
        var lane = Self.lane(inFlight: 128)
        for number in [900, 901] as [UInt64] {
            #expect(lane.admit(Sample.delivery(number), nowMilliseconds: 0) == .wait)
        }
        #expect(lane.finished(Sample.delivery(7).key, nowMilliseconds: 10) == .start(Sample.delivery(900)))
        #expect(lane.inFlightCount == 128 && lane.waitingCount == 1)
        #expect(lane.finished(Sample.delivery(900).key, nowMilliseconds: 20) == .start(Sample.delivery(901)))
        #expect(lane.finished(Sample.delivery(901).key, nowMilliseconds: 30) == .wait)
        #expect(lane.inFlightCount == 127 && lane.waitingCount == 0)
    }

    @Test func `a lane lets a delivery wait if it can start within two seconds, and defers it otherwise`() {
        Self.expect(Self.full(latency: 1), to: .wait)
        Self.expect(Self.full(latency: 2_000), to: .wait)
        Self.expect(Self.full(latency: 2_001), to: .defer)
    }

    @Test func `a lane counts a target that has not answered yet as slow as its oldest delivery is old`() {
        Self.expect(Self.lane(inFlight: 128), at: 2_000, to: .wait)
        Self.expect(Self.lane(inFlight: 128), at: 2_001, to: .defer)
    }

    @Test func `a lane expects a longer wait behind other deliveries, of which 128 run at a time`() {
        var lane = Self.full(latency: 1_000)
        for number in 0..<UInt64(255) {
            #expect(lane.admit(Sample.delivery(2_000 + number), nowMilliseconds: 0) == .wait)
        }
        Self.expect(lane, to: .wait)
        #expect(lane.admit(Sample.delivery(3_000), nowMilliseconds: 0) == .wait)
        Self.expect(lane, to: .defer)
        _ = lane.finished(Sample.delivery(1).key, nowMilliseconds: 1_000)
        Self.expect(lane, at: 1_000, to: .wait)
    }

    @Test func `a lane accepts deliveries again as its target becomes faster`() {
        var lane = Self.full(latency: 30_000)
        Self.expect(lane, to: .defer)
        for number in 1...UInt64(60) {
            _ = lane.finished(Sample.delivery(number).key, nowMilliseconds: 20)
            _ = lane.admit(Sample.delivery(number + 5_000), nowMilliseconds: 20)
        }
        Self.expect(lane, at: 20, to: .wait)
    }

    @Test func `a lane defers on a tick the deliveries that would wait too long, and keeps the others`() {
        var lane = Self.full(latency: 500)
        let waiting = (0..<UInt64(256)).map { Sample.delivery(2_000 + $0) }
        for delivery in waiting { #expect(lane.admit(delivery, nowMilliseconds: 0) == .wait) }
        #expect(lane.tick(nowMilliseconds: 1_000).isEmpty)
        #expect(lane.tick(nowMilliseconds: 1_001) == waiting[128...].map(LaneAction.defer))
        #expect(lane.waitingCount == 128)
        #expect(lane.tick(nowMilliseconds: 2_000).isEmpty)
        #expect(lane.tick(nowMilliseconds: 2_001) == waiting[..<128].map(LaneAction.defer))
        #expect(lane.inFlightCount == 128 && lane.waitingCount == 0)
    }

    @Test func `a lane gives back waiting deliveries at shutdown, and keeps those in flight`() {
        var lane = Self.lane(inFlight: 128)
        let waiting = [Sample.delivery(900), Sample.delivery(901)]
        for delivery in waiting { _ = lane.admit(delivery, nowMilliseconds: 0) }
        #expect(lane.shutdown() == waiting.map(LaneAction.giveBack))
        #expect(lane.inFlightCount == 128 && lane.waitingCount == 0)
        #expect(lane.finished(Sample.delivery(1).key, nowMilliseconds: 5) == .wait)
    }

    @Test func `a lane is idle when nothing is in flight and nothing waits`() {
        var lane = Self.lane(inFlight: 1)
        #expect(!lane.isIdle)
        _ = lane.finished(Sample.delivery(1).key, nowMilliseconds: 1)
        #expect(lane.isIdle)
    }
}
