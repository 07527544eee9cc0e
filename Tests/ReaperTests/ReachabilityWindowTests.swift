import JobCore
import Testing

@testable import Reaper

/// Guarantee: no execution ends by a silence that an outage, a pause or a leap of the clock caused.
@Suite struct `A window of reachability` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)

    @Test(arguments: [1_000, 15_000, 30_000, 0, -5_000] as [Int64])
    func `goes on with a pass at the usual distance`(gapMilliseconds: Int64) {
        var window = ReachabilityWindow()
        window.pass(at: Self.start)
        window.pass(at: Self.start.adding(milliseconds: gapMilliseconds))
        #expect(window.since == Self.start)
    }

    @Test(arguments: [30_001, 3_600_000, -5_001] as [Int64])
    func `begins anew with a pass at any other distance`(gapMilliseconds: Int64) {
        var window = ReachabilityWindow()
        let later = Self.start.adding(milliseconds: gapMilliseconds)
        window.pass(at: Self.start)
        window.pass(at: later)
        #expect(window.since == later)
    }
}
