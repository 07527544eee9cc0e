import Determinism
import Testing

@testable import JobCore

@Suite struct `The syntax of schedule expressions` {
    @Test(arguments: [
        "rate(1 minute)", "rate(2 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)", "rate(36500 days)",
        "rate(1 second)", "rate(10 seconds)", "cron(0 2 ? * SAT#3 *)", "cron(0/5 8-17 ? * MON-FRI *)",
        "cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)", "cron(15 10 ? * 6L 2002-2005)", "cron(30-30 13-13 ? * 2,4,6 *)",
        "cron(1-31/30 1-1 ? * 1,7 *)", "cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)",
        "cron(0 8 1 * ? *)", "cron(0/15 * * * ? *)", "cron(09 05 01 02 ? 2030)", "cron(*/59 */23 */31 */12 ? */230)",
        "cron(0 0 L * ? *)", "cron(0 0 L-1 * ? *)", "cron(0 0 L-30 * ? *)", "cron(0 0 LW * ? *)",
        "cron(0 0 1W * ? *)", "cron(0 0 31W * ? *)", "cron(0 0 ? * L *)", "cron(0 0 ? * FRIL *)",
        "cron(0 0 ? * wed *)", "cron(0 0 ? jan-Dec sun,Mon *)", "cron(0 0 ? * FRI-MON *)", "cron(0 22-2 1 NOV-FEB ? *)",
        "cron(50-10/5 * * * ? *)", "cron(0,30,10-20,40/5 * * * ? *)", "cron(0  0\t* * ? *)",
        "cron(0 0 1 1 ? 1970)", "cron(0 0 1 1 ? 2199)", "at(2030-01-31T12:00:00)", "at(2028-02-29T23:59:59)",
    ])
    func `valid schedule expressions are accepted`(expression: String) throws {
        let schedule = try Schedule(expression)
        #expect(schedule.expression == expression)
        #expect(schedule.timeZone == "UTC")
    }

    @Test(arguments: [
        "rate(10 years)", "rate(1 minutes)", "rate(10 minute)", "rate()", "rate(10)", "rate(0 minutes)",
        "rate(-10 minutes)", "rate(10 MINUTES)", "rate( 10 minutes )", " rate(10 minutes)", "rate (10 minutes)",
        "rate(10 minutes) ", "rate(10 minutes", "Rate(10 minutes)", "rate(+1 minute)", "rate(1.5 hours)",
        "rate(five minutes)", "rate(36501 days)", "rate(9999999999 days)", "rate(99999999999999999999 days)",
        "cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(71 8 1 * ? *)", "cron(* * * * *)", "cron(*/60 * * * ? *)",
        "cron()", "cron(0 1 ? * ? *)", "cron(0 1 * * ? * *)", "cron( 0 1 * * ? *)", "cron(0 1 * * ? * )",
        "CRON(0 1 * * ? *)", "0 1 * * ? *", "@daily", "", " ", "(", ")", "cron", "cron(", "cron)", "rate", "at(",
        "cron(0/0 * * * ? *)", "cron(*/0 * * * ? *)", "cron(* */24 * * ? *)", "cron(* * */32 * ? *)",
        "cron(* * * */13 ? *)", "cron(* * ? * */2 *)", "cron(* * ? * MON-FRI/2 *)", "cron(* * * * ? */231)",
        "cron(60 * * * ? *)", "cron(-1 * * * ? *)", "cron(* 24 * * ? *)", "cron(* * 0 * ? *)", "cron(* * 32 * ? *)",
        "cron(* * * 0 ? *)", "cron(* * * 13 ? *)", "cron(* * ? * 0 *)", "cron(* * ? * 8 *)", "cron(* * ? * 01 *)",
        "cron(* * * * ? 1969)", "cron(* * * * ? 2200)", "cron(009 * * * ? *)", "cron(, * * * ? *)",
        "cron(1, * * * ? *)", "cron(,1 * * * ? *)", "cron(1,,2 * * * ? *)", "cron(1- * * * ? *)", "cron(-1 * * * ? *)",
        "cron(1-2-3 * * * ? *)", "cron(1/ * * * ? *)", "cron(/5 * * * ? *)", "cron(1/2/3 * * * ? *)",
        "cron(**  * * * ? *)", "cron(*-5 * * * ? *)", "cron(L * * * ? *)", "cron(? * * * ? *)", "cron(* * * ? ? *)",
        "cron(* * L-0 * ? *)", "cron(* * L-31 * ? *)", "cron(* * L- * ? *)", "cron(* * W * ? *)", "cron(* * WL * ? *)",
        "cron(* * 0W * ? *)", "cron(* * 32W * ? *)", "cron(* * 1-5W * ? *)", "cron(* * 1,L * ? *)",
        "cron(* * L,LW * ? *)", "cron(* * 1,15W * ? *)", "cron(* * ?,1 * ? *)", "cron(* * 5L * ? *)",
        "cron(* * ? * 3#1,6#3 *)", "cron(* * ? * 2,5L *)", "cron(* * ? * 3#0 *)", "cron(* * ? * 3#6 *)",
        "cron(* * ? * #2 *)", "cron(* * ? * 3# *)", "cron(* * ? * 3#2#1 *)", "cron(* * ? * 8#1 *)",
        "cron(* * ? * MONDAY *)", "cron(* * ? * 2W *)", "cron(* * ? * LW *)", "cron(* * ? * L-1 *)",
        "cron(* * 1 JANUARY ? *)", "cron(* * 1 MON ? *)", "cron(* * ? * JAN *)", "cron(1e1 * * * ? *)",
        "at(2030-01-31T12:00:00Z)", "at(2030-01-31)", "at(2030-01-31T12:00)", "at(2030-13-01T00:00:00)",
        "at(2030-02-30T00:00:00)", "at(2030-01-01T25:00:00)", "at(2030-01-01T24:00:00)", "at(2030-01-01T00:00:60)",
        "at(2030-01-31T12:00:00+01:00)", "at(2030-01-31 12:00:00)", "at(2030-1-31T12:00:00)", "at()",
        "at( 2030-01-31T12:00:00)", "at(2030-01-31T12:00:00.5)", "at(2029-02-29T00:00:00)", "at(2030-00-01T00:00:00)",
        "at(2030-01-00T00:00:00)", "at(1969-12-31T00:00:00)", "at(2200-01-01T00:00:00)", "at(2030-01-31t12:00:00)",
        "cron(0 12 * * ? *)\u{0}", "cron(0 12 * * ? ∗)", "rate(٥ minutes)", "cron(0 ١٢ * * ? *)", "🕛",
    ])
    func `invalid schedule expressions are refused with a message and a hint`(expression: String) throws {
        let error = try #require(throws: ScheduleError.self) { try Schedule(expression) }
        #expect(error.part == .expression)
        #expect(!error.message.isEmpty && !error.hint.isEmpty)
        #expect(error.message.count < 300)
    }

    @Test(arguments: [
        ("cron(30 2 * * *)", "cron(30 2 * * ? *)"), ("cron(30 2 * * 2-6)", "cron(30 2 ? * 2-6 *), where SUN is 1"),
        ("cron(0 12 * * * *)", "Put ? in the one"), ("cron(0 12 ? * ? *)", "Put ? in only one of them"),
        ("rate(1 minutes)", "Write rate(1 minute)."), ("rate(5 hour)", "Write rate(5 hours)."),
        ("cron(*/60 * * * ? *)", "cron(0 * * * ? *)"), ("0 12 * * ? *", "Put cron(…) around"),
        ("cron(0 0 1,L * ? *)", "the only value"), ("cron(0 0 ? * 3#9 *)", "After # comes 1 to 5"),
        ("cron(99 0 * * ? *)", "Give 0-59"), ("cron(0 0 ? * 0 *)", "SUN is 1"),
        ("at(2030-01-31T12:00:00Z)", "the time zone is a setting of its own"),
        ("at(2030-02-30T12:00:00)", "Give an existing day"),
    ])
    func `schedule expressions with a common mistake are refused with a hint that corrects it`(
        expression: String, hint: String
    ) throws {
        let error = try #require(throws: ScheduleError.self) { try Schedule(expression) }
        #expect(error.hint.contains(hint), "\(error)")
    }

    @Test func `schedule expressions may have up to 256 bytes`() throws {
        let minutes = (0..<60).map(String.init).joined(separator: ",")
        let long = "cron(\(minutes) \(String(repeating: " ", count: 232 - minutes.utf8.count))* * * ? 2030-2031)"
        #expect(long.utf8.count == 256)
        #expect(throws: Never.self) { try Schedule(long) }
        #expect(throws: ScheduleError.self) { try Schedule(long.replacing(" ?", with: "  ?")) }
        #expect(throws: ScheduleError.self) { try Schedule("rate(\(String(repeating: "9", count: 1_000_000)) days)") }
    }

    @Test func `schedule expressions made of random pieces never crash the parser or the search`() throws {
        let pieces = [
            "cron(", "rate(", "at(", ")", " ", "*", "?", "L", "W", "LW", "#", "/", "-", ",", "0", "1", "5", "31", "59",
            "60", "2199", "1970", "99999999999999999999", "MON", "jan", "minutes", "day", "T", ":", "Z", "\u{0}", "é",
            "🕛", "\r\n", "\t", "-1", "2030-01-31T12:00:00", "* * * * ? *", "0 0 ? * ", " * * ? *)",
        ]
        var random = SplitMix64(seed: 99)
        var accepted = 0
        func garbage(_ count: Int) -> String {
            (1...count).map { _ in pieces[random.int(0...pieces.count - 1)] }.joined()
        }
        for _ in 0..<5_000 {
            var fields = ["0", "*", "*", "*", "?", "*"]
            fields[random.int(0...5)] = garbage(random.int(1...4))
            let text = random.chance(50) ? garbage(random.int(1...10)) : "cron(\(fields.joined(separator: " ")))"
            guard let schedule = try? Schedule(text) else { continue }
            accepted += 1
            _ = schedule.next(after: Instant(millisecondsSinceEpoch: Int64(bitPattern: random.next())))
            #expect(!schedule.sentence.isEmpty)
        }
        #expect(accepted > 50, "some of the pieces should fit together")
    }

    @Test(arguments: [
        "UTC", "Etc/GMT+0", "America/New_York", "America/Argentina/Buenos_Aires", "Asia/Kolkata", "Etc/GMT+5",
        "Etc/GMT-14",
    ])
    func `schedules may use any time zone of the IANA database`(zone: String) throws {
        #expect(try Schedule("cron(0 12 * * ? *)", timeZone: zone).timeZone == zone)
    }

    @Test(arguments: [
        "", " ", "utc", "Mars/Olympus", "GMT+5", "UTC+3", "PST", "BST", "america/new_york", "../etc/passwd",
        "Etc/Unknown", "America/New_York ", "/usr/share/zoneinfo/UTC", "posix/Europe/Madrid", "right/Europe/Madrid",
        "localtime", "posixrules", "Factory", "zone.tab", "tzdata.zi", "leapseconds", "Europe/", "Europe//Madrid",
        "\u{0}", "🕛/🕛", "/", "Europe", String(repeating: "A/", count: 100_000),
    ])
    func `schedules with a time zone that is not in the IANA database are refused`(zone: String) throws {
        let error = try #require(throws: ScheduleError.self) { try Schedule("rate(1 hour)", timeZone: zone) }
        #expect(error.part == .timeZone)
        #expect(error.message.count < 100 && !error.hint.isEmpty)
    }

    @Test(arguments: [
        ("europe/madrid", "Did you mean Europe/Madrid?"), ("utc", "Did you mean UTC?"),
        ("AMERICA/ARGENTINA/BUENOS_AIRES", "Did you mean America/Argentina/Buenos_Aires?"),
        ("Europe/Madrit", "Give a name of the IANA database, such as UTC, Europe/Madrid or America/New_York."),
    ])
    func `an unknown time zone is refused with the closest name as a hint`(zone: String, hint: String) throws {
        let error = try #require(throws: ScheduleError.self) { try Schedule("rate(1 hour)", timeZone: zone) }
        #expect(error.hint == hint)
    }
}
