import Testing

@testable import SQLiteStore

@Suite struct HistoryScanTests {
    @Test func `the search of the history goes on where it was, and begins again after an hour`() {
        var scan = HistoryScan()
        let begun = ContinuousClock.now
        #expect(scan.next(at: begun) == .beginning)
        let position = HistoryScan.Position(finishedMilliseconds: 7, seq: 9)
        scan.position = position
        #expect(scan.next(at: begun + .seconds(3_500)) == position)
        #expect(scan.next(at: begun + .seconds(3_601)) == .beginning)
        scan.position = position
        #expect(scan.next(at: begun + .seconds(7_000)) == position)
    }
}
