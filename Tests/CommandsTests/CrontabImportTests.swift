import Commands
import JSON
import JobCore
import TestServers
import Testing

/// What a crontab becomes.
@Suite struct `A crontab` {
    @Test(arguments: [
        ("*/5 * * * *", "cron(*/5 * * * ? *)"), ("0 8 * * 1-5", "cron(0 8 ? * MON-FRI *)"),
        ("05 00 * * 0", "cron(5 0 ? * SUN *)"), ("0 0 * * 7", "cron(0 0 ? * SUN *)"),
        ("0 0 * * 5-7", "cron(0 0 ? * SUN,FRI,SAT *)"), ("0 0 * * 0-7", "cron(0 0 * * ? *)"),
        ("0 0 * * */2", "cron(0 0 ? * SUN,TUE,THU,SAT *)"), ("0 0 * * 1-7/2", "cron(0 0 ? * SUN,MON,WED,FRI *)"),
        ("0 0 * * MON,Wed,fri", "cron(0 0 ? * MON,WED,FRI *)"), ("0 0 * * sun-tue", "cron(0 0 ? * SUN-TUE *)"),
        ("0 0 1 jan,JUL *", "cron(0 0 1 1,7 ? *)"), ("0 0 1 Mar-may *", "cron(0 0 1 3-5 ? *)"),
        ("0 0 1 */3 *", "cron(0 0 1 */3 ? *)"), ("0,30 8-17/3 * * *", "cron(0,30 8-17/3 * * ? *)"),
        ("*/60 */24 * * *", "cron(0 0 * * ? *)"), ("10-12/5 3-3 * * *", "cron(10 3 * * ? *)"),
        ("*/59 * * * *", "cron(*/59 * * * ? *)"), ("0 0 */31 * *", "cron(0 0 1 * ? *)"),
        ("*,5 * * * *", "cron(* * * * ? *)"), ("0 0 1,15 * *", "cron(0 0 1,15 * ? *)"),
        ("0 0 * * ?", "cron(0 0 * * ? *)"), ("0 0 L * *", "cron(0 0 L * ? *)"), ("0 0 15w * *", "cron(0 0 15W * ? *)"),
        ("0 0 * * 5L", "cron(0 0 ? * FRIL *)"), ("0 0 * * 0#2", "cron(0 0 ? * SUN#2 *)"),
        // A day that begins with * and one of all days: both must hold.
        ("0 0 */2 * *", "cron(0 0 */2 * ? *)"), ("0 0 1-31 * */3", "cron(0 0 ? * SUN,WED,SAT *)"),
        // All days without a *: one of the two must hold, and always does.
        ("0 0 1-31 * 1", "cron(0 0 * * ? *)"), ("0 0 13 * 0-6", "cron(0 0 * * ? *)"),
        ("@hourly", "cron(0 * * * ? *)"), ("@daily", "cron(0 0 * * ? *)"), ("@midnight", "cron(0 0 * * ? *)"),
        ("@weekly", "cron(0 0 ? * SUN *)"), ("@monthly", "cron(0 0 1 * ? *)"), ("@yearly", "cron(0 0 1 1 ? *)"),
        ("@annually", "cron(0 0 1 1 ? *)"), ("-*/5 * * * *", "cron(*/5 * * * ? *)"),
        ("\t1\t2  3 4 *", "cron(1 2 3 4 ? *)"),
    ])
    func `has schedules that become expressions`(given: String, expression: String) throws {
        let found = try ImportSample("\(given) run me\n", from: .crontab)
        #expect(try found.job()["schedule"] == .string(expression) && found.notes.isEmpty, "\(found.notes)")
    }

    @Test func `has days that one field or the other selects, which become two jobs`() throws {
        let found = try ImportSample("0 0 13 * fri /bin/party --loud", from: .crontab)
        #expect(found.texts("schedule") == ["cron(0 0 13 * ? *)", "cron(0 0 ? * FRI *)"])
        #expect(found.names == ["ops/party-day-of-month", "ops/party-day-of-week"] && found.isComplete)
        #expect(found.notes.count == 1 && found.notes[0].hasPrefix("a:1: cron runs this if the day of month or"))
    }

    @Test(arguments: [
        ("@reboot x", "@reboot is no time"), ("@fortnightly x", "@fortnightly is not known"),
        ("0 0 */2 * 1 x", "cron takes the days that are both “*/2” of the month and “1” of the week"),
        ("0 0 13 * */2 x", "cron takes the days that are both “13” of the month and “*/2” of the week"),
        ("5/10 * * * * x", "“5/10” is a step without a range, which programs read in different ways: write 5-59/10"),
        ("0~30 * * * * x", "“0~30” is a random minute"), ("60 * * * * x", "“60” is not a minute: write 0 to 59"),
        ("0 24 * * * x", "“24” is not an hour"), ("0 0 0 * * x", "“0” is not a day of month: write 1 to 31"),
        ("0 0 1 13 * x", "“13” is not a month: write 1 to 12 or jan to dec"),
        ("0 0 * * 8 x", "“8” is not a day of week: write 0 to 7 or sun to sat"),
        ("0 0 * * fri-sun x", "the range “fri-sun” of the day of week ends before it begins"),
        ("30-10 * * * * x", "the range “30-10” of the minute ends before it begins"),
        ("*/0 * * * * x", "“*/0” has a step that is not a number of 1 or more"),
        ("1,,2 * * * * x", "“” is not a minute"), ("*/2/3 * * * * x", "“*/2/3” is not a minute"),
        ("* * * * *", "there is no command"), ("1 2 3", "this is neither a variable nor five fields and a command"),
        ("hello", "this is neither"), ("99999 * * * * x", "“99999” is not a minute"),
    ])
    func `has lines that are left out with the reason`(line: String, reason: String) throws {
        let found = try ImportSample("# a comment\n\(line)\n0 1 * * * kept\n", from: .crontab)
        #expect(found.names == ["ops/kept"] && !found.isComplete)
        #expect(found.notes.count == 1 && found.notes[0].hasPrefix("a:2: left out: \(reason)"), "\(found.notes)")
    }

    @Test(arguments: [
        ("mail -s x root%Hello%World", "mail -s x root", "Hello\nWorld\n"), ("date +\\%F", "date +%F", nil),
        ("cat%a\\%b%%", "cat", "a%b\n\n"), ("x%", "x", nil), ("echo a\\\\b \\n", "echo a\\\\b \\n", nil),
        ("echo 'a  b' > /dev/null 2>&1", "echo 'a  b' > /dev/null 2>&1", nil), ("cat %", "cat ", nil),
    ])
    func `has percent signs that end the command and the lines of its input`(
        given: String, command: String, input: String?
    ) throws {
        let job = try ImportSample("* * * * * \(given)\r\n", from: .crontab).job()
        let text = try #require(job["payload"]?.string)
        let payload = try JSONValue(parsing: Array(text.utf8))
        #expect(payload["command"] == .string(command) && payload["stdin"] == input.map(JSONValue.string), "\(text)")
    }

    @Test func `becomes jobs with all that a crontab says`() throws {
        let text = """
            # Nightly backup
            30 2 * * * /usr/local/bin/backup.sh --full >/dev/null 2>&1
            CRON_TZ = "Europe/Madrid"
            #0 5 * * * old-thing
            # m h  dom mon dow   command
            30 2 * * * /usr/local/bin/backup.sh
            */10 2 * * * cd /srv/app && FOO=1 php artisan schedule:run --quiet
            """
        let options = ImportOptions(service: "ops", target: try TargetTemplate("queue:ops.{job}"))
        let found = try ImportSample(text, from: .crontab, options: options)
        #expect(found.names == ["ops/backup.sh", "ops/backup.sh-2", "ops/php-artisan-schedule-run"])
        #expect(found.texts("description") == ["Nightly backup", "-", "-"])
        #expect(found.texts("time_zone") == ["-", "Europe/Madrid", "Europe/Madrid"])
        // Cron makes up for what the clock leaves out, but not for what recurs within the hour.
        #expect(found.texts("dst") == ["-", "shift,first", "skip,both"])
        #expect(found.texts("invocation_target")[1] == "queue:ops.backup.sh-2")
        #expect(Set(found.texts("invocation_type")) == ["rabbitmq"] && Set(found.texts("misfire")) == ["skip"])
        #expect(Set(found.texts("ttl_seconds")) == ["3600"] && Set(found.texts("exclusive")) == ["false"])
        #expect(
            found.notes == [
                "a:2: ops/backup.sh and others get ttl_seconds 3600, since nothing says how long a run may take: --ttl "
                    + "gives another",
                "a:2: ops/backup.sh and others run by UTC, since the file doesn't say which time zone its scheduler "
                    + "has: --time-zone gives another",
            ] && found.isComplete)
    }

    @Test func `of the system has a user in each line`() throws {
        var options = ImportOptions.sample
        options.hasUserColumn = true
        let text = "17 * * * *\troot\tcd / && run-parts /etc/cron.hourly\n@daily www x\n1 1 1 1 * y"
        let found = try ImportSample(text, from: .crontab, options: options)
        #expect(found.names == ["ops/run-parts-cron.hourly", "ops/x"])
        #expect(found.texts("payload")[0] == #"{"command":"cd / && run-parts /etc/cron.hourly","user":"root"}"#)
        #expect(found.notes == ["a:3: left out: there is no command behind the schedule and the user"])
    }

    @Test func `has variables of which only the time zone is imported`() throws {
        let text = "SHELL=/bin/sh\nTZ=Asia/Tokyo\nMAILTO=\"\"\nPATH=/bin\n* * * * * x\nCRON_TZ=Mars/Base\n1 * * * * y"
        let found = try ImportSample(text, from: .crontab)
        #expect(found.names == ["ops/x"] && found.texts("time_zone") == ["UTC"])
        #expect(
            found.notes.map { String($0.prefix(40)) } == [
                "a:2: TZ is the time zone of the commands", "a:3: MAILTO is not imported: Belfry send",
                "a:4: the variable PATH is not imported: ", "a:7: left out: ops/y: /time_zone: \"Mars/",
            ])
    }

    @Test func `has dates that no month has, which is told`() throws {
        let found = try ImportSample("0 0 31 2 * x", from: .crontab)
        #expect(found.notes == ["a:1: ops/x: cron(0 0 31 2 ? *) never occurs again"] && found.isComplete)
    }
}
