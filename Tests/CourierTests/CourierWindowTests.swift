import Messaging
import Testing

@testable import Courier

@Suite struct `A courier's window` {
    /// A place of a larger window holds fewer bytes.
    @Test(arguments: [(100, 16), (1_000, 16), (3_000, 46), (10_000, 156)])
    func `lets a lane hold the same part of it when it is crowded, whatever its size`(size: Int, expected: Int) {
        #expect(CourierWindow(size: size).crowdedLaneMax == expected)
    }
}
