import JobCore
import Testing

@testable import StageKit

@Suite struct `An estimate of a store's clock` {
    private static let epoch = Instant(secondsSinceEpoch: 1_900_000_000)

    /// The store's clock shows `epoch` when the monotonic clock shows 0. A reading takes from `before` to `after`, and
    /// the store reads its clock at `at`.
    private static func reading(_ before: Int64, at: Int64, _ after: Int64, ahead: Int64 = 0) -> ClockEstimate {
        ClockEstimate(epoch.adding(milliseconds: at + ahead), from: before, to: after)
    }

    @Test(arguments: [(0, 0, 0), (0, 500, 1_000), (0, 999, 1_000), (0, 1, 1_000), (70_000, 70_010, 71_000)])
    func `is off by no more than it says`(before: Int64, at: Int64, after: Int64) {
        let estimate = Self.reading(before, at: at, after)
        #expect(estimate.errorMilliseconds == (after - before) / 2 + 1)
        let off = estimate.instant(at: 90_000).millisecondsSinceEpoch - Self.epoch.millisecondsSinceEpoch - 90_000
        #expect(abs(off) <= estimate.errorMilliseconds)
    }

    @Test func `is as good as the quickest reading, in whatever order they come`() {
        // The slow one connects first, so its clock is read at its end.
        let slow = Self.reading(0, at: 598, 600), quick = Self.reading(601, at: 602, 603)
        var estimate = slow
        estimate.add(quick)
        #expect(estimate.errorMilliseconds <= 2)
        var other = Self.reading(-10, at: -9, -8)
        other.add(slow)
        #expect(other.errorMilliseconds <= 3)
        for estimate in [estimate, other] {
            let off = estimate.instant(at: 1_000).millisecondsSinceEpoch - Self.epoch.millisecondsSinceEpoch - 1_000
            #expect(abs(off) <= 3)
        }
    }

    @Test func `forgets the earlier readings when the clock was set`() {
        var estimate = Self.reading(0, at: 1, 2)
        estimate.add(Self.reading(100, at: 150, 200, ahead: -30_000))
        let off = estimate.instant(at: 200).millisecondsSinceEpoch - Self.epoch.millisecondsSinceEpoch - 200
        #expect(abs(off + 30_000) <= 51 && estimate.errorMilliseconds == 51)
    }

    @Test func `trusts old readings less`() {
        var estimate = Self.reading(0, at: 1, 2)
        estimate.add(Self.reading(1_000_000, at: 1_000_050, 1_000_100))
        #expect(estimate.errorMilliseconds > 50 && estimate.errorMilliseconds <= 52)
    }
}
