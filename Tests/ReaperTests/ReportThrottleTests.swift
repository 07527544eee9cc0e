import JobCore
import Testing

@testable import Reaper

@Suite struct `The memory of what was said` {
    private static let start = Instant(secondsSinceEpoch: 1_000)

    private static func at(_ milliseconds: Int64) -> Instant { start.adding(milliseconds: milliseconds) }

    private static func memo(said items: [String]) -> ReportThrottle<String> {
        var memo = ReportThrottle<String>(repeatAfterMilliseconds: 60_000)
        memo.markReported(items, at: start)
        return memo
    }

    @Test func `lets each item be said once`() {
        var memo = Self.memo(said: [])
        #expect(memo.due(in: ["a", "b"], now: Self.start) == ["a", "b"])
        memo.markReported(["a"], at: Self.start)
        #expect(memo.due(in: ["a", "b"], now: Self.at(1)) == ["b"])
    }

    @Test func `does not count what was only asked about: it could not be published`() {
        var memo = Self.memo(said: [])
        _ = memo.due(in: ["a"], now: Self.start)
        #expect(memo.due(in: ["a"], now: Self.start) == ["a"])
    }

    @Test func `lets an item that still stands be said again after the while`() {
        var memo = Self.memo(said: ["a"])
        #expect(memo.due(in: ["a"], now: Self.at(59_999)).isEmpty)
        #expect(memo.due(in: ["a"], now: Self.at(60_000)) == ["a"])
        memo.markReported(["a"], at: Self.at(60_000))
        #expect(memo.due(in: ["a"], now: Self.at(119_999)).isEmpty)
    }

    @Test func `forgets what is gone, so that it is news when it comes back`() {
        var memo = Self.memo(said: ["a", "b"])
        #expect(memo.due(in: ["b"], now: Self.at(1)).isEmpty)
        #expect(memo.due(in: ["a", "b"], now: Self.at(2)) == ["a"])
    }
}
