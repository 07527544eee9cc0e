import JobCore
import Store
import Testing

@testable import Ticker

/// Guarantee: no service waits for the many jobs of another that are due at the same instant.
@Suite struct `The turns of an instant` {
    private typealias Jobs = DistinctSchedule.ServiceJobs
    private static let at = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func turns(_ schedules: [(String, [Jobs])], large: Set<String>) -> Turns {
        Turns(
            of: schedules.map { (key: ScheduleKey($0.0), services: $0.1) }, at: at, isLarge: large.contains)
    }

    /// The schedule and the first service of each range.
    private static func text(_ ranges: [DueRange]) -> [String] {
        ranges.map { "\($0.key.expression) \($0.range.from?.service ?? "-")" }
    }

    @Test func `are one range of each in every round, the shared ones by schedule`() {
        let turns = Self.turns(
            [
                ("1", [.init("a", 100), .init("b", 100), .init("c", 1), .init("d", 450), .init("e", 400)]),
                ("2", [.init("a", 300), .init("b", 100), .init("e", 1)]), ("3", [.init("b", 100), .init("d", 60)]),
            ], large: ["a", "b"])
        #expect(
            Self.text(turns.ordinary) == [
                "1 c", "2 e", "3 d", "1 -", "1 b", "1 e", "2 -", "2 b", "3 -",
            ])
        #expect(turns.bulk.isEmpty)
    }

    @Test func `are ordinary for a large service's first 500 jobs, and bulk for the others`() {
        let turns = Self.turns(
            [("1", [.init("a", 100_000), .init("b", 10), .init("c", 2_000)]), ("2", [.init("c", 500)])],
            large: ["a", "c"])
        #expect(Self.text(turns.ordinary) == ["1 b", "1 -", "1 c"])
        #expect(turns.ordinary.allSatisfy { !$0.isBulk } && turns.bulk.allSatisfy(\.isBulk))
        #expect(turns.bulk.count == 199 + 3 + 1)
        let bulk = Self.text(turns.bulk)
        #expect(bulk.prefix(9) == ["1 a", "1 c", "1 a", "1 c", "1 a", "1 c", "1 a", "2 -", "1 a"])
    }

    @Test func `are ordinary for 500 of a large service's many schedules`() {
        let many = (0..<100_000).map { ("a\($0)", [Jobs("a", 1)]) }
        let turns = Self.turns(many + [("b", [.init("b", 10)])], large: ["a"])
        #expect(turns.ordinary.count == 501 && turns.bulk.count == 99_500)
        #expect(turns.ordinary.prefix(2).map(\.key.expression) == ["b", "a0"])
        #expect(Set((turns.ordinary + turns.bulk).map(\.key)).count == 100_001)
    }
}
