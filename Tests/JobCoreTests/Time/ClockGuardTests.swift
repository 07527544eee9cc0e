import JobCore
import Testing
import Ticker

@Suite struct `The clock guard` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    /// A guard that has read a correct clock once.
    private static func started() -> ClockGuard {
        var clock = ClockGuard()
        _ = clock.read(wall: start, monotonicMilliseconds: 50_000)
        return clock
    }

    @Test func `the clock guard trusts the first reading, even an implausible one`() {
        var clock = ClockGuard()
        let reading = clock.read(wall: Self.at(-1_000_000), monotonicMilliseconds: 7)
        #expect(reading.now == Self.at(-1_000_000) && !reading.isHeld)
    }

    @Test(arguments: [(1_000, 1_000), (300_000, 0), (301_000, 1_000), (3_600_000, 3_600_000)] as [(Int64, Int64)])
    func `the clock guard trusts a clock that gains at most five minutes on the time that passed`(
        wall: Int64, passed: Int64
    ) {
        var clock = Self.started()
        let reading = clock.read(
            wall: Self.start.adding(milliseconds: wall), monotonicMilliseconds: 50_000 + passed)
        #expect(reading.now == Self.start.adding(milliseconds: wall) && !reading.isHeld)
    }

    @Test
    func `the clock guard counts the time that passed while the clock is too far ahead, at each of many readings`() {
        var clock = Self.started()
        for second in Int64(1)...1_000 {
            let reading = clock.read(
                wall: Self.at(86_400 + second), monotonicMilliseconds: 50_000 + second * 1_000)
            #expect(reading.now == Self.at(second) && reading.isHeld)
        }
    }

    @Test func `the clock guard ignores a leap of five minutes and a millisecond`() {
        var clock = Self.started()
        let reading = clock.read(wall: Self.start.adding(milliseconds: 300_001), monotonicMilliseconds: 50_000)
        #expect(reading.now == Self.start && reading.isHeld)
    }

    @Test func `the clock guard trusts the clock again once it is corrected`() {
        var clock = Self.started()
        _ = clock.read(wall: Self.at(86_400), monotonicMilliseconds: 51_000)
        let reading = clock.read(wall: Self.at(3), monotonicMilliseconds: 52_000)
        #expect(reading.now == Self.at(3) && !reading.isHeld)
    }

    @Test func `the clock guard trusts a clock that went backwards, and its correction afterwards`() {
        var clock = Self.started()
        let back = clock.read(wall: Self.at(-3_600), monotonicMilliseconds: 51_000)
        #expect(back.now == Self.at(-3_600) && !back.isHeld)
        let later = clock.read(wall: Self.at(2), monotonicMilliseconds: 52_000)
        #expect(later.now == Self.at(2) && !later.isHeld)
    }

    @Test func `the clock guard ignores a clock that went backwards and then leaps ahead of where it had been`() {
        var clock = Self.started()
        _ = clock.read(wall: Self.at(-3_600), monotonicMilliseconds: 51_000)
        let later = clock.read(wall: Self.at(303), monotonicMilliseconds: 52_000)
        #expect(later.now == Self.at(2) && later.isHeld)
    }
}
