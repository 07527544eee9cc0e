import StageKit
import Testing

@Suite struct `A pace` {
    private static func wait(_ milliseconds: Int64, begun: [Int64], at now: Int64) -> Int64 {
        var pace = Pace(milliseconds: milliseconds)
        for instant in begun { pace.begin(at: instant) }
        return pace.waitMilliseconds(at: now)
    }

    @Test(
        arguments: [
            (10, [], 5, 0), (10, [100], 100, 10), (10, [100], 103, 7), (10, [100], 110, 0), (10, [100], 5_000, 0),
            (10, [108], 109, 1), (10, [108], 110, 0), (10, [50, 100], 104, 6), (10, [100], 80, 10), (0, [100], 100, 0),
        ] as [(Int64, [Int64], Int64, Int64)])
    func `lets a batch begin at once after a pause, and otherwise at the clock's next multiple of the pace`(
        milliseconds: Int64, begun: [Int64], now: Int64, expected: Int64
    ) {
        #expect(Self.wait(milliseconds, begun: begun, at: now) == expected)
    }
}
