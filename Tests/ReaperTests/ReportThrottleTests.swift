import JobCore
import Testing

@testable import Reaper

@Suite struct `The throttle of reports` {
    private static let start = Instant(secondsSinceEpoch: 1_000)

    private static func at(_ milliseconds: Int64) -> Instant { start.adding(milliseconds: milliseconds) }

    /// A throttle that has let these items be reported at the start.
    private static func throttle(reported items: [String]) -> ReportThrottle<String> {
        var throttle = ReportThrottle<String>(waitMilliseconds: 1_000...3_000)
        #expect(throttle.due(in: items, now: start) == items)
        #expect(throttle.confirm(at: start) == items.count)
        return throttle
    }

    @Test func `a report throttle lets each item be reported once`() {
        var throttle = Self.throttle(reported: ["a"])
        #expect(throttle.due(in: ["a", "b"], now: Self.at(1)) == ["b"])
    }

    @Test func `a report throttle does not count an item whose report was not confirmed`() {
        var throttle = Self.throttle(reported: [])
        #expect(throttle.due(in: ["a", "b"], now: Self.start) == ["a", "b"])
        #expect(throttle.due(in: ["a"], now: Self.start) == ["a"])
        #expect(throttle.confirm(at: Self.start) == 1)
        #expect(throttle.due(in: ["a", "b"], now: Self.at(1)) == ["b"])
    }

    @Test func `a report throttle counts a confirmed report once`() {
        var throttle = Self.throttle(reported: ["a"])
        #expect(throttle.confirm(at: Self.at(1)) == 0)
    }

    @Test func `a report throttle doubles the wait before each repeat, up to the longest`() {
        var throttle = Self.throttle(reported: ["a"])
        for due in [1_000, 3_000, 6_000, 9_000] as [Int64] {
            #expect(throttle.due(in: ["a"], now: Self.at(due - 1)).isEmpty)
            #expect(throttle.due(in: ["a"], now: Self.at(due)) == ["a"])
            #expect(throttle.confirm(at: Self.at(due)) == 1)
        }
    }

    @Test func `a report throttle forgets an item that is gone, and lets it be reported at once when it returns`() {
        var throttle = Self.throttle(reported: ["a", "b"])
        #expect(throttle.due(in: ["b"], now: Self.at(1)).isEmpty)
        #expect(throttle.due(in: ["a", "b"], now: Self.at(2)) == ["a"])
    }
}
