import Determinism
import Testing

@testable import JobCore

/// New rules of a time zone are in force from a full minute on. That minute is a clock change like any other.
@Suite struct `Schedules whose time zone gets new rules` {
    private let files: ZoneFiles
    private let zones: ZoneDatabase

    init() throws {
        files = try ZoneFiles()
        zones = ZoneDatabase(folder: files.path)
    }

    /// The next occurrence after 2026-11-24T16:30:10Z of a schedule that follows the zone from one offset to another,
    /// which is in force from 16:31 on.
    private func next(_ expression: String, dst: String, hours: Int32, thenHours: Int32) throws -> String? {
        let now = try #require(Instant(rfc3339: "2026-11-24T16:30:10Z"))
        try files.put("Test/Zone", TZifFile(offset: hours * 3_600))
        let schedule = try Schedule(
            expression, timeZone: "Test/Zone", dst: try #require(DSTPolicy(dst)), zones: zones)
        #expect(schedule.following(zones) == nil)
        try files.put("Test/Zone", TZifFile(offset: thenHours * 3_600))
        _ = zones.reload(at: now)
        let following = try #require(schedule.following(zones))
        #expect(following.following(zones) == nil && following != schedule)
        let past = try #require(Instant(rfc3339: "2026-11-20T00:00:00Z"))
        if let before = schedule.next(after: past), before < now {
            #expect(following.next(after: past) == before, "the past stays what it was")
        }
        return following.next(after: now)?.rfc3339
    }

    @Test(
        arguments: [
            ("skip,first", 0, 1, "cron(0 18 * * ? *)", "2026-11-24T17:00:00Z"),
            ("skip,first", 1, 0, "cron(0 18 * * ? *)", "2026-11-24T18:00:00Z"),
            // 17:00 would have been at 16:00Z, which is over: it is left out, like a time in spring.
            ("skip,first", 0, 1, "cron(0 17 * * ? *)", "2026-11-25T16:00:00Z"),
            ("shift,first", 0, 1, "cron(0 17 * * ? *)", "2026-11-24T16:31:00Z"),
            ("skip,first", 0, 1, "at(2026-11-24T17:00:00)", "2026-11-24T16:31:00Z"),
            // 17:00 was at 16:00Z and comes again at 17:00Z, like a time in autumn.
            ("skip,first", 1, 0, "cron(0 17 * * ? *)", "2026-11-25T17:00:00Z"),
            ("skip,both", 1, 0, "cron(0 17 * * ? *)", "2026-11-24T17:00:00Z"),
            ("skip,first", 1, 0, "cron(0 * * * ? *)", "2026-11-24T17:00:00Z"),
        ] as [(String, Int32, Int32, String, String)])
    func `follow the new rules, and their DST policy decides about times that are left out or come twice`(
        dst: String, hours: Int32, thenHours: Int32, expression: String, expected: String
    ) throws {
        #expect(try next(expression, dst: dst, hours: hours, thenHours: thenHours) == expected)
    }

    @Test func `have nothing to follow if they are rates or in UTC`() throws {
        try files.put("Test/Zone", TZifFile(offset: 0))
        let schedules = [
            try Schedule("rate(1 hour)", timeZone: "Test/Zone", zones: zones),
            try Schedule("cron(0 1 * * ? *)", zones: zones),
        ]
        try files.put("Test/Zone", TZifFile(offset: 60))
        _ = zones.reload(at: Instant(secondsSinceEpoch: 1_800_000_000))
        for schedule in schedules { #expect(schedule.following(zones) == nil) }
    }

    /// British Columbia keeps its daylight saving time: tzdata of 2026.
    @Test func `have the occurrences of the newer rules`() throws {
        let oldRules = TZifFile(offset: -28_800, rule: "PST8PDT,M3.2.0,M11.1.0")
        let newRules = TZifFile(
            types: [.init(-28_800), .init(-25_200, isSaving: 1), .init(-25_200)],
            // 2026-03-08T10:00:00Z and 2026-11-01T09:00:00Z.
            changes: [(1_772_964_000, 1), (1_793_523_600, 2)], footer: "MST7")
        for (file, expected) in [(oldRules, "2026-11-24T17:00:00Z"), (newRules, "2026-11-24T16:00:00Z")] {
            try files.put("America/Vancouver", file)
            let schedule = try Schedule(
                "cron(0 9 24 11 ? 2026)", timeZone: "America/Vancouver", zones: ZoneDatabase(folder: files.path))
            #expect(schedule.next(after: Instant(secondsSinceEpoch: 1_790_000_000))?.rfc3339 == expected)
        }
    }
}
