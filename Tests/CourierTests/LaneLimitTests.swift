import Testing

@testable import Courier

@Suite struct `A lane's limit` {
    private static func limit(answers: Int, failures: Int = 0, cap: Int = 128, latency: Int64 = 100) -> LaneLimit {
        var limit = LaneLimit(cap: cap)
        for _ in 0..<answers { _ = limit.answered(afterMilliseconds: latency) }
        for _ in 0..<failures { limit.failed() }
        return limit
    }

    @Test(
        arguments: [
            (0, 0, 1), (1, 0, 17), (2, 0, 18), (112, 0, 128), (500, 0, 128), (112, 1, 64), (112, 2, 32), (112, 7, 1),
            (112, 60, 1), (0, 1, 1), (1, 1, 8),
        ] as [(Int, Int, Int)])
    func
        `a limit begins with a probe, jumps with the first answer, grows by each answer and is halved by failures`(
            answers: Int, failures: Int, value: Int
        )
    {
        #expect(Self.limit(answers: answers, failures: failures).value == value)
    }

    @Test(arguments: [1, 3, 16, 17, 128])
    func `a lane's limit never exceeds its cap`(cap: Int) {
        for answers in 0...130 { #expect((1...cap).contains(Self.limit(answers: answers, cap: cap).value)) }
    }

    @Test(arguments: [(1, 4, 4), (112, 4, 4), (112, 200, 128), (0, 4, 1)])
    func `a cap that changes holds at once, and a higher one is grown to by answers`(
        answers: Int, cap: Int, value: Int
    ) {
        var limit = Self.limit(answers: answers)
        limit.setCap(cap)
        #expect(limit.value == value && limit.cap == cap)
        for _ in 0..<400 { _ = limit.answered(afterMilliseconds: 1) }
        #expect(limit.value == cap)
    }

    @Test(arguments: [(0, 0, false), (1, 0, true), (1, 1, true), (1, 2, true), (1, 3, false), (0, 1, false)])
    func `a lane is proven by an answer, until three failures in a row`(answers: Int, failures: Int, isProven: Bool) {
        #expect(Self.limit(answers: answers, failures: failures).isProven == isProven)
    }

    @Test func `an answer proves a lane again, and tells so once`() {
        var limit = Self.limit(answers: 112, failures: 3)
        let proves = [limit.answered(afterMilliseconds: 1), limit.answered(afterMilliseconds: 1)]
        #expect(proves == [true, false])
        #expect(limit.isProven && limit.value == 18)
    }

    @Test func `a lane that has failed counts as failing until it is back at its cap`() {
        var limit = Self.limit(answers: 112, failures: 1)
        for _ in 64..<127 { _ = limit.answered(afterMilliseconds: 1) }
        #expect(limit.isFailing)
        _ = limit.answered(afterMilliseconds: 1)
        #expect(!limit.isFailing)
    }

    @Test func `a healthy lane's rate is that of its cap, a failing lane's that of its limit`() {
        #expect(LaneLimit(cap: 128).ratePerSecond(silentMilliseconds: 0) == 1, "nothing is known")
        #expect(Self.limit(answers: 1).ratePerSecond(silentMilliseconds: 0) == 1_280)
        #expect(Self.limit(answers: 1, failures: 1).ratePerSecond(silentMilliseconds: 0) == 80)
        #expect(Self.limit(answers: 1, failures: 3).ratePerSecond(silentMilliseconds: 0) == 20)
        #expect(Self.limit(answers: 1, latency: 0).ratePerSecond(silentMilliseconds: 0) == 128_000)
    }

    @Test func `a target that keeps silent counts as slow as it is silent`() {
        #expect(Self.limit(answers: 1).ratePerSecond(silentMilliseconds: 12_800) == 10)
        #expect(Self.limit(answers: 1).ratePerSecond(silentMilliseconds: .max) == 0.1)
    }

    @Test func `the last answer counts a fifth of the latency`() {
        var limit = Self.limit(answers: 1, latency: 100)
        _ = limit.answered(afterMilliseconds: 600)
        #expect(limit.ratePerSecond(silentMilliseconds: 0) == 640)
    }
}

@Suite struct `The turns of deferred deliveries` {
    @Test func `deferred deliveries get their turns one after the other, behind those that wait`() {
        var turns = TurnEstimate()
        #expect(turns.next(behind: 100, ratePerSecond: 100, nowMilliseconds: 5_000) == 6_010)
        #expect(turns.next(behind: 100, ratePerSecond: 100, nowMilliseconds: 5_000) == 6_020)
        #expect(turns.next(behind: 0, ratePerSecond: 100, nowMilliseconds: 9_000) == 9_010)
    }

    @Test func `no turn is expected later than ten minutes from now`() {
        var turns = TurnEstimate()
        for _ in 0..<100 {
            #expect(turns.next(behind: 9_000, ratePerSecond: 0.1, nowMilliseconds: 1_000) <= 601_000)
        }
    }
}

@Suite struct `The courier's window` {
    private static func window(inFlight: Int = 0, waiting: Int = 0, unproven: Int = 0) -> CourierWindow {
        var window = CourierWindow(size: 1_000)
        window.held = LaneCounts(inFlight: inFlight, waiting: waiting, unproven: unproven)
        return window
    }

    @Test func `lanes that are not proven share one half, and leave a tenth of the window of it for probes`() {
        #expect(Self.window(unproven: 499).hasRoomForUnproven(1) && !Self.window(unproven: 499).hasRoomForUnproven(2))
        #expect(Self.window(unproven: 399).hasRoomToWaitUnproven(1))
        #expect(!Self.window(unproven: 399).hasRoomToWaitUnproven(2))
    }

    @Test func `waiting deliveries take one half, and a window is crowded when seven eighths are held`() {
        #expect(Self.window(waiting: 499).hasRoomToWait(1) && !Self.window(waiting: 499).hasRoomToWait(2))
        #expect(!Self.window(inFlight: 700, waiting: 174).isCrowded(1))
        #expect(Self.window(inFlight: 700, waiting: 174).isCrowded(2))
    }
}
