import Testing

@testable import Courier

@Suite struct `A target's lane` {
    /// A lane with this many deliveries in flight since `startedAt`.
    private static func lane(inFlight: UInt64, since startedAt: Int64 = 0) -> TargetLane {
        var lane = TargetLane()
        for id in 0..<inFlight { lane.started(id, nowMilliseconds: startedAt) }
        return lane
    }

    /// A full lane of a target that answers after this long.
    private static func full(latency: Int64) -> TargetLane {
        var lane = TargetLane()
        lane.started(1_000, nowMilliseconds: -latency)
        lane.finished(1_000, nowMilliseconds: 0)
        for id in 0..<UInt64(128) { lane.started(id, nowMilliseconds: 0) }
        return lane
    }

    @Test func `starts deliveries at once while there is room`() {
        #expect(TargetLane().admit(nowMilliseconds: 0) == .start)
        #expect(Self.lane(inFlight: 127).admit(nowMilliseconds: 1_000_000) == .start)
        #expect(Self.lane(inFlight: 128).admit(nowMilliseconds: 0) != .start)
    }

    @Test func `has room again when one has finished, and no more than that`() {
        var lane = Self.lane(inFlight: 128)
        lane.finished(5, nowMilliseconds: 10)
        #expect(lane.hasRoom)
        lane.started(500, nowMilliseconds: 10)
        lane.finished(5, nowMilliseconds: 20)
        #expect(!lane.hasRoom)
    }

    @Test(arguments: [(1, .wait), (2_000, .wait), (2_001, .park)] as [(Int64, TargetLane.Admission)])
    func `has a delivery wait when its turn comes within two seconds`(
        latency: Int64, admission: TargetLane.Admission
    ) {
        #expect(Self.full(latency: latency).admit(nowMilliseconds: 0) == admission)
    }

    @Test func `counts a target that has not answered yet as slow as its oldest delivery is old`() {
        let lane = Self.lane(inFlight: 128)
        #expect(lane.admit(nowMilliseconds: 2_000) == .wait)
        #expect(lane.admit(nowMilliseconds: 2_001) == .park)
    }

    @Test func `expects a longer wait behind others: 128 go at a time`() {
        let lane = Self.full(latency: 100)
        #expect(lane.expectedWait(behind: 0, nowMilliseconds: 0) == 100)
        #expect(lane.expectedWait(behind: 127, nowMilliseconds: 0) == 100)
        #expect(lane.expectedWait(behind: 128, nowMilliseconds: 0) == 200)
        #expect(lane.expectedWait(behind: 1_280, nowMilliseconds: 0) == 1_100)
    }

    @Test func `parks what would wait behind too many`() {
        var lane = Self.full(latency: 1_000)
        for _ in 0..<255 { lane.queued() }
        #expect(lane.admit(nowMilliseconds: 0) == .wait)
        lane.queued()
        #expect(lane.admit(nowMilliseconds: 0) == .park)
        lane.unqueued(1)
        #expect(lane.admit(nowMilliseconds: 0) == .wait)
    }

    @Test func `forgets slowness as faster answers come`() {
        var lane = Self.full(latency: 30_000)
        #expect(lane.admit(nowMilliseconds: 0) == .park)
        for id in UInt64(0)..<60 {
            lane.finished(id, nowMilliseconds: 20)
            lane.started(id + 2_000, nowMilliseconds: 20)
        }
        #expect(lane.admit(nowMilliseconds: 20) == .wait)
    }

    @Test func `is idle when nothing is in flight and nothing waits`() {
        var lane = Self.lane(inFlight: 1)
        #expect(!lane.isIdle)
        lane.finished(0, nowMilliseconds: 1)
        #expect(lane.isIdle)
        lane.queued()
        #expect(!lane.isIdle)
    }
}
