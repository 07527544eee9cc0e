import Testing

@testable import JobCore

@Suite struct `The next occurrence of a schedule` {
    private func next(_ expression: String, after text: String, in zone: String = "UTC") throws -> String? {
        try Schedule(expression, timeZone: zone).next(after: try #require(Instant(rfc3339: text)))?.rfc3339
    }

    @Test(arguments: [
        ("cron(0 0 ? 2 MON#5 *)", "2026-01-01T00:00:00Z", "2044-02-29T00:00:00Z"),
        ("cron(0 0 29 2 ? *)", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
        ("cron(0 0 1W * ? *)", "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z"),
        ("cron(0 0 31W * ? *)", "2026-03-31T00:00:00Z", "2026-05-29T00:00:00Z"),
        ("cron(0 0 LW * ? *)", "2026-01-31T00:00:00Z", "2026-02-27T00:00:00Z"),
        ("cron(0 0 L-3 * ? *)", "2026-02-01T00:00:00Z", "2026-02-25T00:00:00Z"),
        ("cron(0 0 L-30 * ? *)", "2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("cron(0 0 ? * L *)", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"),
        ("cron(0 0 ? * 5L *)", "2026-01-01T00:00:00Z", "2026-01-29T00:00:00Z"),
        ("cron(0 0 ? * FRIL *)", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z"),
        ("cron(0 0 ? * 3#2 *)", "2026-01-01T00:00:00Z", "2026-01-13T00:00:00Z"),
        ("cron(0 0 ? * FRI-MON *)", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"),
        ("cron(0 0 1 NOV-FEB ? *)", "2026-02-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("cron(0 22-2 * * ? *)", "2026-01-01T02:00:00Z", "2026-01-01T22:00:00Z"),
        ("cron(59 23 31 12 ? 2199)", "2026-01-01T00:00:00Z", "2199-12-31T23:59:00Z"),
        ("cron(* * * * ? *)", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
        ("cron(* * * * ? *)", "2026-01-01T00:00:59.999Z", "2026-01-01T00:01:00Z"),
        ("rate(5 minutes)", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z"),
        ("rate(10 seconds)", "2026-01-01T00:00:03.5Z", "2026-01-01T00:00:10Z"),
        ("rate(7 days)", "1970-01-01T00:00:00Z", "1970-01-08T00:00:00Z"),
        ("rate(1 hour)", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"),
        ("at(2030-01-31T12:00:01)", "2030-01-31T12:00:00.999Z", "2030-01-31T12:00:01Z"),
    ])
    func `the next occurrence of a schedule is strictly after the instant`(
        expression: String, after: String, expected: String
    ) throws {
        #expect(try next(expression, after: after) == expected)
    }

    @Test(arguments: ["UTC", "America/New_York"])
    func `the next occurrence of a schedule is nil if there is none`(zone: String) throws {
        let never = [
            "cron(0 0 30 2 ? *)", "cron(0 0 31 4,6,9,11 ? *)", "cron(15 10 ? * 6L 2002-2005)",
            "cron(0 0 29 2 ? 2100)", "at(2025-12-31T00:00:00)", "cron(0 0 L-30 2 ? *)",
        ]
        for expression in never {
            #expect(try next(expression, after: "2026-01-01T12:00:00Z", in: zone) == nil, "\(expression)")
        }
        #expect(try next("cron(* * * * ? *)", after: "2199-12-31T23:59:00Z") == nil)
    }

    @Test(arguments: ["UTC", "Pacific/Kiritimati", "America/New_York"])
    func `the next occurrence of a schedule can be asked for at any instant that 64 bits hold`(zone: String) throws {
        for expression in ["cron(* * * * ? *)", "rate(36500 days)", "rate(1 second)", "at(1970-01-01T00:00:00)"] {
            let schedule = try Schedule(expression, timeZone: zone)
            #expect(schedule.next(after: Instant(millisecondsSinceEpoch: .max)) == nil)
            #expect(schedule.next(after: Instant(millisecondsSinceEpoch: .min)) != nil)
        }
    }

    @Test func `equal schedules have equal next occurrences`() throws {
        #expect(try Schedule("rate(1 hour)") == Schedule("rate(1 hour)"))
        #expect(try Schedule("rate(1 hour)") != Schedule("rate(1 hour)", timeZone: "Europe/Madrid"))
    }
}
