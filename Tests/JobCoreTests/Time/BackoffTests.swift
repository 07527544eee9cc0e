import JobCore
import Testing

@Suite struct `Waits between repeated tries` {
    private let backoff = Backoff(firstMilliseconds: 200, ceilingMilliseconds: 10_000)
    private static let fractions = [0, 0.001, 0.25, 0.5, 0.75, 0.999_999]

    @Test(arguments: fractions)
    func `a backoff wait stays between a quarter of the first and the ceiling, at any attempt`(
        fraction: Double
    ) {
        for attempt in [-1, 0, 1, 5, 6, 30, 31, 63, 64, 1_000, .max] {
            #expect((50...10_000).contains(backoff.milliseconds(attempt: attempt, fraction: fraction)))
        }
    }

    @Test(arguments: fractions) func `a backoff wait never gets shorter from one attempt to the next`(fraction: Double)
    {
        let waits = (0...40).map { backoff.milliseconds(attempt: $0, fraction: fraction) }
        #expect(waits == waits.sorted())
    }

    @Test(arguments: [(0, 100), (1, 200), (2, 400), (5, 3_200), (6, 5_000), (20, 5_000)] as [(Int, Int64)])
    func `a backoff wait doubles up to the ceiling, in proportion to the random fraction`(attempt: Int, half: Int64) {
        #expect(backoff.milliseconds(attempt: attempt, fraction: 0.5) == half)
    }

    @Test func `backoff waits differ with the random fraction`() {
        #expect(Set(Self.fractions.dropFirst().map { backoff.milliseconds(attempt: 10, fraction: $0) }).count == 5)
    }

    @Test func `the first failures of tries are logged, and ever fewer of the later ones`() {
        #expect((0..<40).filter { Backoff.isLogged(attempt: $0) } == [0, 1, 3, 7, 15, 31])
    }
}
