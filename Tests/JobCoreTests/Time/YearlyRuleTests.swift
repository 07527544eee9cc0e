import Testing

@testable import JobCore

@Suite struct `The rule in a footer` {
    /// The changes of a zone without others, as `2026-03-08T07:00:00Z -14400`.
    private static func changes(_ text: String, year: Int) throws -> [String] {
        let rule = try #require(YearlyRule(text))
        let rules = ZoneRules(initialOffset: 1, changes: [], rule: rule)
        let end = Int64(CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch) * 86_400
        var seconds = Int64(CivilDate(year: year, month: 1, day: 1).daysSinceEpoch) * 86_400 - 1
        var found: [String] = []
        while let next = rules.nextChange(after: seconds), next < end {
            found.append("\(Instant(secondsSinceEpoch: next).rfc3339) \(rules.offset(at: next))")
            seconds = next
        }
        return found
    }

    @Test(arguments: [
        ("EST5EDT,M3.2.0,M11.1.0", 2026, ["2026-03-08T07:00:00Z -14400", "2026-11-01T06:00:00Z -18000"]),
        ("EST5EDT,M3.2.0,M11.1.0", 2199, ["2199-03-10T07:00:00Z -14400", "2199-11-03T06:00:00Z -18000"]),
        // Southern summer, and a change of half an hour.
        (
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026,
            ["2026-04-04T15:00:00Z 37800", "2026-10-03T15:30:00Z 39600"]
        ),
        // Daylight saving time that is behind.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2026, ["2026-03-29T01:00:00Z 3600", "2026-10-25T01:00:00Z 0"]),
        // Times before and long after the day.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, ["2026-03-29T01:00:00Z -3600", "2026-10-25T01:00:00Z -7200"]),
        ("EET-2EEST,M3.4.4/50,M10.4.4/50", 2026, ["2026-03-28T00:00:00Z 10800", "2026-10-23T23:00:00Z 7200"]),
        ("AAA0BBB,J8/-167,J8/167", 2026, ["2026-01-01T01:00:00Z 3600", "2026-01-14T22:00:00Z 0"]),
        // Days by number: J60 is always March 1, 59 is February 29 if there is one.
        ("AAA0BBB,59/0,J60/24:30:15", 2026, ["2026-03-01T00:00:00Z 3600", "2026-03-01T23:30:15Z 0"]),
        ("AAA0BBB,59/0,J60/24:30:15", 2028, ["2028-02-29T00:00:00Z 3600", "2028-03-01T23:30:15Z 0"]),
        ("AAA0BBB,J59/0,J60/0", 2028, ["2028-02-28T00:00:00Z 3600", "2028-02-29T23:00:00Z 0"]),
        ("AAA0BBB,0/0,365/0", 2028, ["2028-01-01T00:00:00Z 3600", "2028-12-30T23:00:00Z 0"]),
    ])
    func `gives the changes of a year`(text: String, year: Int, expected: [String]) throws {
        #expect(try Self.changes(text, year: year) == expected)
    }

    @Test(
        arguments: [
            // Daylight saving time all year: the examples of RFC 9636 and tzfile(5).
            ("EST5EDT4,0/0,J365/25", -14_400), ("AAA3EDT4,0/0,J365/23", -14_400),
        ] as [(String, Int64)])
    func `may mean daylight saving time all year`(text: String, offset: Int64) throws {
        #expect(try Self.changes(text, year: 2026).isEmpty)
        let rule = try #require(YearlyRule(text))
        let rules = ZoneRules(initialOffset: 1, changes: [], rule: rule)
        for year in 2024...2032 {
            let newYear = Int64(CivilDate(year: year, month: 1, day: 1).daysSinceEpoch) * 86_400
            for seconds in [0, 3 * 3_600, 5 * 3_600, 180 * 86_400] as [Int64] {
                #expect(rules.offset(at: newYear + seconds) == offset)
            }
        }
    }

    @Test(arguments: ["MST7", "<+0330>-3:30", "<-00>0", "UTC0", "AAA24:59:59", "<A+1>-24:59:59"])
    func `may be one offset for ever`(text: String) throws {
        #expect(try Self.changes(text, year: 2026).isEmpty)
    }

    @Test(arguments: [
        "", "E", "ES5", "EST", "EST5EDT", "EST5EDT4", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,", "EST5EDT,M3.2.0,M11.1.0 ",
        "EST25", "EST5:60", "EST5:1", "EST+-5", "EST5EDT25,M3.2.0,M11.1.0", "<+3>-3", "<+03-3", "<>3", "<+0é>3",
        "EST5EDT,M0.2.0,M11.1.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,M3.2,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,J366,J1", "EST5EDT,366,1",
        "EST5EDT,-1,1", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0/-168,M11.1.0", "EST5EDT,M3.2.0/2:5,M11.1.0",
        "EST5EDT,M3.2.0/,M11.1.0", "EST5EDT,M3.2.0/2:00:60,M11.1.0", "EST5EDT,K3,M11.1.0", "1ST5", ":Europe/Madrid",
        "EST99999999999999999999",
    ])
    func `is refused if it is not written as POSIX and RFC 9636 demand`(text: String) {
        #expect(YearlyRule(text) == nil)
    }
}
