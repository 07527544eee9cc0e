import Testing

@testable import JobCore

@Suite struct `Schedules across clock changes` {
    /// The next occurrences after an instant, as readings of the zone's clock.
    private func next(
        _ count: Int, _ expression: String, in zone: String = "America/New_York", dst: String, after text: String
    ) throws -> [String] {
        let schedule = try Schedule(expression, timeZone: zone, dst: try #require(DSTPolicy(dst)))
        var last = try #require(Instant(rfc3339: text))
        return try (0..<count).map { _ in
            last = try #require(schedule.next(after: last))
            return try #require(last.rfc3339(in: zone))
        }
    }

    @Test(arguments: [
        ("skip,first", "2025-03-10T02:30:00-04:00"), ("skip,both", "2025-03-10T02:30:00-04:00"),
        ("shift,first", "2025-03-09T03:00:00-04:00"), ("shift,both", "2025-03-09T03:00:00-04:00"),
    ])
    func `an occurrence at a time that spring leaves out is skipped or runs right after the gap`(
        dst: String, expected: String
    ) throws {
        let after = "2025-03-08T12:00:00-05:00"
        #expect(try next(1, "cron(30 2 * * ? *)", dst: dst, after: after) == [expected])
    }

    @Test func `an occurrence that is shifted past a gap runs once`() throws {
        let found = try next(3, "cron(0/15 2 * * ? *)", dst: "shift", after: "2025-03-08T02:40:00-05:00")
        #expect(found == ["2025-03-08T02:45:00-05:00", "2025-03-09T03:00:00-04:00", "2025-03-10T02:00:00-04:00"])
    }

    @Test(arguments: [
        ("skip,first", ["2025-11-02T01:30:00-04:00", "2025-11-03T01:30:00-05:00"]),
        ("skip,both", ["2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00"]),
    ])
    func `an occurrence at a time that autumn repeats runs the first time or both times`(
        dst: String, expected: [String]
    ) throws {
        let after = "2025-11-01T12:00:00-04:00"
        #expect(try next(2, "cron(30 1 * * ? *)", dst: dst, after: after) == expected)
    }

    @Test func `an occurrence that runs only the first time in a repeated hour is not found the second time`() throws {
        let found = try next(1, "cron(30 1 * * ? *)", dst: "skip,first", after: "2025-11-02T01:05:00-05:00")
        #expect(found == ["2025-11-03T01:30:00-05:00"])
    }

    @Test(arguments: ["skip,first", "skip,both", "shift,first", "shift,both"])
    func `an hourly job runs in both hours of an overlap and once an hour in spring, under every policy`(dst: String)
        throws
    {
        for hours in ["*", "*/1", "0/1", "0-23"] {
            let autumn = try next(4, "cron(0 \(hours) * * ? *)", dst: dst, after: "2025-11-02T00:00:00-04:00")
            #expect(
                autumn == [
                    "2025-11-02T01:00:00-04:00", "2025-11-02T01:00:00-05:00", "2025-11-02T02:00:00-05:00",
                    "2025-11-02T03:00:00-05:00",
                ])
            let spring = try next(3, "cron(30 \(hours) * * ? *)", dst: dst, after: "2025-03-09T01:00:00-05:00")
            #expect(
                spring == ["2025-03-09T01:30:00-05:00", "2025-03-09T03:30:00-04:00", "2025-03-09T04:30:00-04:00"])
        }
    }

    @Test func `a cron expression for one year is still found the second time in a repeated hour`() throws {
        let found = try next(1, "cron(30 * 2 11 ? 2025)", dst: "skip,first", after: "2025-11-02T01:30:00-04:00")
        #expect(found == ["2025-11-02T01:30:00-05:00"])
    }

    @Test(arguments: ["skip,first", "shift,first"])
    func `an at schedule for a time in a gap runs right after the gap`(dst: String) throws {
        let found = try next(1, "at(2025-03-09T02:30:00)", dst: dst, after: "2025-01-01T00:00:00Z")
        #expect(found == ["2025-03-09T03:00:00-04:00"])
    }

    @Test func `an at schedule for a time in an overlap follows the policy and then never runs again`() throws {
        let policies: [(DSTPolicy, Int)] = [(.default, 1), (DSTPolicy(gap: .skip, overlap: .both), 2)]
        for (dst, count) in policies {
            let schedule = try Schedule("at(2025-11-02T01:30:00)", timeZone: "America/New_York", dst: dst)
            var found: [Instant] = []
            while let next = schedule.next(after: found.last ?? Instant(secondsSinceEpoch: 0)) { found.append(next) }
            #expect(found.count == count)
            #expect(found.first?.rfc3339 == "2025-11-02T05:30:00Z")
        }
    }

    @Test func `a rate counts elapsed time across clock changes, in any zone`() throws {
        let found = try next(2, "rate(1 day)", dst: "skip", after: "2025-03-08T12:00:00-05:00")
        #expect(found == ["2025-03-08T19:00:00-05:00", "2025-03-09T20:00:00-04:00"])
    }

    @Test func `a schedule whose every time lies in a gap has no next occurrence`() throws {
        // New York's clocks go forward on the second Sunday of March, in all years up to 2199.
        let zone = "America/New_York"
        let skipping = try Schedule("cron(30 2 ? 3 SUN#2 2008-2199)", timeZone: zone)
        #expect(skipping.next(after: Instant(secondsSinceEpoch: 1_200_000_000)) == nil)
        let shifting = try next(1, "cron(30 2 ? 3 SUN#2 2199)", dst: "shift", after: "2008-01-01T00:00:00Z")
        #expect(shifting == ["2199-03-10T03:00:00-04:00"])
    }

    @Test(arguments: [
        ("", nil), ("skip", "skip,first"), ("shift", "shift,first"), ("first", "skip,first"), ("both", "skip,both"),
        ("shift,both", "shift,both"), ("both,shift", "shift,both"), ("skip,shift", nil), ("both,both", nil),
        ("shift,both,skip", nil), ("shift,", nil), ("Shift", nil), ("shift both", nil),
    ])
    func `a DST policy is read from one or two words in either order`(text: String, expected: String?) {
        #expect(DSTPolicy(text)?.description == expected)
    }
}
