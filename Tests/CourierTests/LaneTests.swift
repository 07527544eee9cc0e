import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `A target's lane` {
    private static let window = CourierWindow(size: 1_000)
    private var lane = Lane(inFlightLimit: 128)
    private var nextNumber: UInt64 = 1_000

    private mutating func admit(
        _ delivery: Delivery, window: CourierWindow = window, isPaused: Bool = false, at now: Int64 = 0
    ) -> LaneAction {
        lane.admit(delivery, window: window, isPaused: isPaused, nowMilliseconds: now)
    }

    /// Admits new deliveries, and returns how many of them were started, wait, and were deferred.
    private mutating func admit(_ count: Int, window: CourierWindow = window, at now: Int64 = 0) -> [Int] {
        var found = [0, 0, 0]
        for _ in 0..<count {
            nextNumber += 1
            switch admit(Sample.delivery(nextNumber), window: window, at: now) {
            case .start: found[0] += 1
            case .wait: found[1] += 1
            default: found[2] += 1
            }
        }
        return found
    }

    private mutating func finish(
        _ delivery: Delivery, _ outcome: LaneOutcome = .answered, window: CourierWindow = window, at now: Int64
    ) -> [LaneAction] {
        lane.finished(delivery.key, outcome, window: window, isPaused: false, nowMilliseconds: now)
    }

    /// Grows the lane to its cap, with a target that answers after `latency` ms; the last answer comes at 0.
    private mutating func prove(latency: Int64 = 100) {
        for number in 1...UInt64(120) {
            _ = admit(Sample.delivery(number), at: -latency)
            _ = finish(Sample.delivery(number), at: 0)
        }
    }

    private static func deferrals(_ actions: [LaneAction]) -> [LaneDeferral] {
        actions.compactMap { if case .defer(_, let deferral) = $0 { deferral } else { nil } }
    }

    @Test
    mutating func `a lane probes an unknown target with one delivery, and lets the others wait for a moment`() {
        #expect(admit(100) == [1, 99, 0])
        #expect(admit(5, at: Lane.probeMilliseconds - 1) == [0, 5, 0])
        let tooLate = Lane.probeMilliseconds
        #expect(admit(1, at: tooLate) == [0, 0, 1])
        let deferred = Self.deferrals(lane.tick(window: Self.window, isPaused: false, nowMilliseconds: tooLate))
        #expect(deferred == Array(repeating: LaneDeferral(stepSeconds: 1, turnMilliseconds: nil), count: 100))
        #expect(lane.counts == LaneCounts(inFlight: 1, waiting: 4, unproven: 5))
    }

    @Test mutating func `those that wait for an unknown target take two fifths of the window together`() {
        #expect(admit(1_000) == [1, 399, 600])
        let lateWindow = CourierWindow(size: 500)
        #expect(lane.tick(window: lateWindow, isPaused: false, nowMilliseconds: 1).count == 200)
    }

    @Test mutating func `after the first failure of an unknown target four wait`() {
        let probe = Sample.delivery(1)
        _ = admit(probe)
        #expect(admit(10) == [0, 10, 0])
        let deferred = Self.deferrals(finish(probe, .failed, at: 1))
        #expect(deferred == Array(repeating: LaneDeferral(stepSeconds: 5, turnMilliseconds: nil), count: 5))
        #expect(admit(1, at: 2) == [0, 0, 1])
    }

    @Test mutating func `a lane starts all that wait when its target first answers`() {
        let probe = Sample.delivery(1)
        _ = admit(probe)
        let waiting = [Sample.delivery(2), Sample.delivery(3), Sample.delivery(4)]
        for delivery in waiting { #expect(admit(delivery) == .wait) }
        #expect(finish(probe, at: 300) == waiting.map(LaneAction.start))
        #expect(admit(20, at: 300) == [14, 6, 0], "the limit is 17 now")
    }

    @Test
    mutating func `a proven lane starts deliveries up to its limit, and keeps about three seconds of them waiting`() {
        prove(latency: 1_000)
        #expect(admit(1_000) == [128, 384, 488])
        prove(latency: 10)
    }

    @Test mutating func `no lane keeps more waiting than half of the window, however fast it is`() {
        prove(latency: 1)
        #expect(admit(1_000) == [128, 500, 372])
    }

    @Test
    mutating func `a lane starts waiting deliveries in order, one for each that ends, even if that is reported twice`()
    {
        prove()
        let running = (1...128).map { Sample.delivery($0) }
        for delivery in running { #expect(admit(delivery) == .start(delivery)) }
        let waiting = [Sample.delivery(900), Sample.delivery(901)]
        for delivery in waiting { #expect(admit(delivery) == .wait) }
        #expect(finish(running[7], at: 100) == [.start(waiting[0])])
        #expect(finish(running[7], at: 100) == [])
        #expect(finish(waiting[0], at: 200) == [.start(waiting[1])])
        #expect(lane.counts == LaneCounts(inFlight: 128, waiting: 0, unproven: 0))
    }

    @Test mutating func `a proven lane defers to about the time of the turn, one after the other`() {
        prove(latency: 1_000)
        _ = admit(512)
        let found = Self.deferrals((0..<400).map { admit(Sample.delivery(2_000 + $0)) })
        #expect(found.first == LaneDeferral(stepSeconds: 2, turnMilliseconds: 3_007))
        #expect(found.last == LaneDeferral(stepSeconds: 5, turnMilliseconds: 6_125))
        #expect(found.map(\.stepSeconds) == found.map(\.stepSeconds).sorted())
    }

    @Test mutating func `a delivery that comes back before its turn keeps the turn, and one whose turn is near waits`()
    {
        prove(latency: 1_000)
        _ = admit(128)
        func back(_ number: UInt64, turn: Int64) -> Delivery {
            let delivery = Sample.delivery(number)
            return Delivery(request: delivery.request, message: delivery.message, turnMilliseconds: turn)
        }
        let early = back(1, turn: 7_000)
        #expect(admit(early) == .defer(early, LaneDeferral(stepSeconds: 5, turnMilliseconds: 7_000)))
        #expect(admit(back(2, turn: 1_500)) == .wait)
        #expect(
            admit(back(3, turn: 1_502 + 8))
                == .defer(back(3, turn: 1_510), LaneDeferral(stepSeconds: 1, turnMilliseconds: 1_510)))
    }

    @Test(arguments: [(0, 1), (1, 2), (2, 2), (3, 5), (1_000_000, 5)])
    mutating func `a lane that knows nothing of its target defers for some seconds`(count: Int, seconds: Int64) {
        _ = admit(5)
        var request = Sample.delivery(2).request
        request.deferrals.count = count
        let next = Delivery(request: request, message: Sample.delivery(2).message)
        let deferral = LaneDeferral(stepSeconds: seconds, turnMilliseconds: nil)
        #expect(admit(next, at: Lane.probeMilliseconds) == .defer(next, deferral))
    }

    private static let backoffs: [(count: Int, failures: Int, seconds: Int64)] = [
        (0, 6, 5), (1, 6, 10), (2, 6, 10), (3, 6, 30), (4, 6, 60), (5, 6, 120), (6, 9, 120), (1_000_000, 9, 120),
        (1_000_000, 1, 5), (1_000_000, 2, 10), (1_000_000, 4, 30),
    ]

    @Test(arguments: backoffs)
    mutating func `a failing lane backs off by how often its target has failed, and the delivery was deferred`(
        count: Int, failures: Int, seconds: Int64
    ) {
        for number in 0..<UInt64(failures) {
            let probe = Sample.delivery(100 + number)
            _ = admit(probe)
            _ = finish(probe, .failed, at: 15_000)
        }
        _ = admit(5, at: 15_000)
        var request = Sample.delivery(2).request
        request.deferrals.count = count
        let next = Delivery(request: request, message: Sample.delivery(2).message, turnMilliseconds: 99_000)
        let deferral = LaneDeferral(stepSeconds: seconds, turnMilliseconds: nil)
        #expect(admit(next, at: 15_000) == .defer(next, deferral))
    }

    @Test mutating func `a lane whose target fails three times in a row keeps four waiting, and defers the others`() {
        prove(latency: 10)
        let running = (1...128).map { Sample.delivery($0) }
        for delivery in running { _ = admit(delivery) }
        #expect(admit(100) == [0, 100, 0])
        #expect(finish(running[0], .failed, at: 15_000) == [])
        #expect(finish(running[1], .failed, at: 15_000) == [])
        #expect(Self.deferrals(finish(running[2], .failed, at: 15_000)).count == 96)
        #expect(lane.counts == LaneCounts(inFlight: 125, waiting: 4, unproven: 129))
        var started: [LaneAction] = []
        for delivery in running[3...] { started += finish(delivery, .failed, at: 15_000) }
        #expect(started.count == 1, "a probe goes on")
    }

    @Test mutating func `a lane whose target stops answering defers on a tick those that would wait too long`() {
        prove(latency: 10)
        #expect(admit(628) == [128, 500, 0])
        #expect(lane.tick(window: Self.window, isPaused: false, nowMilliseconds: 1_000).isEmpty)
        let deferred = lane.tick(window: Self.window, isPaused: false, nowMilliseconds: 4_000)
        #expect(deferred.count == 404, "at 32 a second 96 wait for three seconds")
        #expect(lane.tick(window: Self.window, isPaused: false, nowMilliseconds: 4_500).isEmpty)
    }

    @Test mutating func `lanes that are not proven share half of the window, and each may probe with one`() {
        var crowd = Self.window
        crowd.held = LaneCounts(inFlight: 500, waiting: 0, unproven: 500)
        #expect(admit(3, window: crowd) == [1, 0, 2])
        lane = Lane(inFlightLimit: 128)
        prove()
        let running = (1...3).map { Sample.delivery($0) }
        for delivery in running { _ = admit(delivery) }
        for delivery in running { _ = finish(delivery, .failed, at: 100) }
        #expect(lane.limit.value == 16 && !lane.limit.isProven)
        crowd.held.unproven = 490
        #expect(admit(12, window: crowd) == [10, 0, 2])
    }

    @Test mutating func `in a crowded window a lane that holds sixteen defers newcomers, however fast it is`() {
        prove()
        var crowd = Self.window
        crowd.held = LaneCounts(inFlight: 880, waiting: 0, unproven: 0)
        #expect(admit(20, window: crowd) == [16, 0, 4])
    }

    @Test mutating func `a lane starts and defers nothing while it is paused, and goes on afterwards`() {
        prove()
        let deliveries = (1...600).map { Sample.delivery($0) }
        for delivery in deliveries { #expect(admit(delivery, isPaused: true) == .wait) }
        #expect(lane.tick(window: Self.window, isPaused: true, nowMilliseconds: 10).isEmpty)
        let actions = lane.tick(window: Self.window, isPaused: false, nowMilliseconds: 20)
        #expect(actions == deliveries[..<128].map(LaneAction.start))
    }

    /// The record may have had it made again by then, so it must ask.
    @Test mutating func `a delivery that has waited for a minute is deferred, even if it could start`() {
        prove()
        for number in [1, 2] as [UInt64] {
            #expect(admit(Sample.delivery(number), isPaused: true, at: number == 1 ? 0 : 1) == .wait)
        }
        let actions = lane.tick(window: Self.window, isPaused: false, nowMilliseconds: 60_001)
        #expect(Self.deferrals(actions).count == 1 && actions.last == .start(Sample.delivery(2)))
    }

    @Test mutating func `a lane releases the deliveries that wait, and keeps those in flight`() {
        _ = admit(Sample.delivery(1))
        let waiting = [Sample.delivery(900), Sample.delivery(901)]
        for delivery in waiting { _ = admit(delivery) }
        #expect(lane.release() == waiting)
        #expect(lane.counts == LaneCounts(inFlight: 1, waiting: 0, unproven: 1))
        #expect(finish(Sample.delivery(1), at: 5) == [] && lane.isIdle)
    }

    @Test mutating func `an attempt that sent no request teaches the lane nothing`() {
        _ = admit(Sample.delivery(1))
        _ = finish(Sample.delivery(1), .notTried, at: 5)
        #expect(lane.limit == LaneLimit(cap: 128))
    }
}
