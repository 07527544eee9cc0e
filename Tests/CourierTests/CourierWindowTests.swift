import Testing

@testable import Courier

@Suite struct `A courier's window` {
    /// A place of a larger window holds fewer bytes, so a fixed number of places would be less and less.
    @Test(arguments: [(100, 16), (1_000, 16), (3_000, 46), (10_000, 156)])
    func `lets a lane hold a sixty-fourth of it when it is crowded, and 16 places at least`(size: Int, expected: Int) {
        #expect(CourierWindow(size: size).crowdedLaneMax == expected)
    }
}
