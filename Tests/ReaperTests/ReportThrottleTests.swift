import JobCore
import Testing

@testable import Reaper

@Suite struct `A throttle of reports` {
    private static let start = Instant(secondsSinceEpoch: 1_000)

    private static func at(_ milliseconds: Int64) -> Instant { start.adding(milliseconds: milliseconds) }

    /// A throttle that has had these items reported and confirmed at the start.
    private static func throttle(after items: [String]) -> ReportThrottle<String> {
        var throttle = ReportThrottle<String>(repeatAfterMilliseconds: 60_000)
        _ = throttle.due(in: items, now: start)
        _ = throttle.confirmed(at: start)
        return throttle
    }

    @Test func `lets each item be reported once`() {
        var throttle = Self.throttle(after: [])
        #expect(throttle.due(in: ["a"], now: Self.start) == ["a"])
        #expect(throttle.confirmed(at: Self.start) == 1)
        #expect(throttle.due(in: ["a", "b"], now: Self.at(1)) == ["b"])
    }

    @Test func `keeps an item due until its report is confirmed`() {
        var throttle = Self.throttle(after: [])
        _ = throttle.due(in: ["a"], now: Self.start)
        #expect(throttle.due(in: ["a"], now: Self.start) == ["a"])
    }

    @Test func `counts a confirmation once`() {
        var throttle = Self.throttle(after: ["a", "b"])
        #expect(throttle.confirmed(at: Self.at(1)) == 0)
    }

    @Test func `lets an item that still stands be reported again after a while`() {
        var throttle = Self.throttle(after: ["a"])
        #expect(throttle.due(in: ["a"], now: Self.at(59_999)).isEmpty)
        #expect(throttle.due(in: ["a"], now: Self.at(60_000)) == ["a"])
        _ = throttle.confirmed(at: Self.at(60_000))
        #expect(throttle.due(in: ["a"], now: Self.at(119_999)).isEmpty)
    }

    @Test func `forgets an item that is gone, so that it is due when it returns`() {
        var throttle = Self.throttle(after: ["a", "b"])
        #expect(throttle.due(in: ["b"], now: Self.at(1)).isEmpty)
        #expect(throttle.due(in: ["a", "b"], now: Self.at(2)) == ["a"])
    }
}
