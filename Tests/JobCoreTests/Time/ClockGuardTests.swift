import JobCore
import Testing

@Suite struct `The clock guard` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    /// A guard that has read a correct clock once.
    private static func started() -> ClockGuard {
        var clock = ClockGuard()
        _ = clock.read(wall: start, monotonicMilliseconds: 50_000)
        return clock
    }

    @Test func `believes the first reading when nothing contradicts it`() {
        var clock = ClockGuard()
        let reading = clock.read(wall: Self.at(-1_000_000), monotonicMilliseconds: 7)
        #expect(reading == .init(now: Self.at(-1_000_000), isBelieved: true))
    }

    /// Milliseconds that the wall clock moved, and those that passed.
    private static let steps: [(wall: Int64, passed: Int64, isBelieved: Bool)] = [
        (1_000, 1_000, true), (300_000, 0, true), (301_000, 1_000, true), (3_600_000, 3_600_000, true),
        (0, 300_000, true), (-300_000, 0, true), (300_001, 0, false), (-300_001, 0, false), (0, 300_001, false),
        (86_400_000, 1_000, false), (-3_600_000, 1_000, false),
    ]

    @Test(arguments: steps)
    func `believes a clock that moves at most five minutes against the time that passed`(
        wall: Int64, passed: Int64, isBelieved: Bool
    ) {
        var clock = Self.started()
        let reading = clock.read(
            wall: Self.start.adding(milliseconds: wall), monotonicMilliseconds: 50_000 + passed)
        let now = Self.start.adding(milliseconds: isBelieved ? wall : passed)
        #expect(reading == .init(now: now, isBelieved: isBelieved))
    }

    /// Reads a clock that is ahead by `ahead` seconds in each of these seconds; returns those that were believed.
    private static func believed(
        _ clock: inout ClockGuard, ahead: (Int64) -> Int64, in seconds: ClosedRange<Int64>
    ) -> [Int64] {
        seconds.filter { second in
            clock.read(wall: at(second + ahead(second)), monotonicMilliseconds: 50_000 + second * 1_000).isBelieved
        }
    }

    @Test(arguments: [86_400, -3_600] as [Int64])
    func `believes a clock that leapt after it has kept pace for ten minutes`(leap: Int64) {
        var clock = Self.started()
        #expect(Self.believed(&clock, ahead: { _ in leap }, in: 1...700) == Array(601...700))
    }

    @Test func `counts the ten minutes anew when the clock leaps again`() {
        var clock = Self.started()
        let ahead: (Int64) -> Int64 = { $0 < 500 ? 86_400 : 7_200 }
        #expect(Self.believed(&clock, ahead: ahead, in: 1...1_200).first == 1_100)
    }

    @Test func `does not believe a clock that wanders too fast to keep pace`() {
        var clock = Self.started()
        #expect(Self.believed(&clock, ahead: { 86_400 + $0 / 10 }, in: 1...2_000).isEmpty)
    }

    @Test func `believes the clock at once when it is corrected`() {
        var clock = Self.started()
        let ahead: (Int64) -> Int64 = { $0 < 60 ? 86_400 : 3 }
        #expect(Self.believed(&clock, ahead: ahead, in: 1...70) == Array(60...70))
    }

    private static let evidence = at(-300)...at(86_400)

    @Test(arguments: [(-301, false), (-300, true), (86_400, true), (86_401, false)] as [(Int64, Bool)])
    func `believes no first reading that contradicts the record`(seconds: Int64, isBelieved: Bool) {
        var clock = ClockGuard()
        clock.expect(Self.evidence)
        #expect(clock.read(wall: Self.at(seconds), monotonicMilliseconds: 0).isBelieved == isBelieved)
    }

    @Test func `believes a clock that contradicts the record once it is corrected, or has kept pace`() {
        for (ahead, first) in [({ $0 < 60 ? -9_000 : 0 }, 60), ({ _ in -9_000 }, 601)] as [((Int64) -> Int64, Int64)] {
            var clock = ClockGuard()
            clock.expect(Self.evidence)
            #expect(Self.believed(&clock, ahead: ahead, in: 1...700) == Array(first...700))
        }
    }
}
