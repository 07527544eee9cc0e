import Commands
import JSON
import JobCore
import TestServers
import Testing

/// What CronJobs become.
@Suite struct `CronJobs of Kubernetes` {
    private func cronJob(_ spec: String, name: String = "report", indent: String = "") -> String {
        """
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: \(name)
          namespace: billing
        spec:
          \(spec.replacing("\n", with: "\n  "))
          jobTemplate:
            spec:
              activeDeadlineSeconds: 900
              template:
                spec:
                  containers:
                  - name: main
                    image: example/report:1
                    command: [/bin/sh, -c]
                    args: ["report --all"]

        """.split(separator: "\n").map { indent + $0 }.joined(separator: "\n") + "\n"
    }

    @Test func `become jobs with their policies`() throws {
        let spec = """
            schedule: "30 2 * * 1-5"
            timeZone: America/New_York
            suspend: true
            concurrencyPolicy: Forbid
            startingDeadlineSeconds: 200
            """
        let found = try ImportSample(cronJob(spec), from: .kubernetes)
        let job = try found.job()
        #expect(found.names == ["billing/report"] && found.notes.isEmpty, "\(found.notes)")
        #expect(job["schedule"] == .string("cron(30 2 ? * MON-FRI *)"))
        #expect(job["time_zone"] == .string("America/New_York") && job["dst"] == .string("skip,both"))
        #expect(job["enabled"] == .bool(false) && job["exclusive"] == .bool(true))
        #expect(job["misfire_max_age_seconds"] == .integer(200) && job["ttl_seconds"] == .integer(900))
        #expect(job["invocation_target"] == .string("https://cron.example.com/billing/report"))
        #expect(
            job["payload"]
                == .string(#"{"args":["report --all"],"command":["/bin/sh","-c"],"image":"example/report:1"}"#))
    }

    @Test func `are read from lists, several documents and JSON`() throws {
        let items = (1...3).map { "- " + cronJob("schedule: '@daily'", name: "j\($0)", indent: "  ").dropFirst(2) }
        let list = "apiVersion: v1\nkind: List\nitems:\n\(items.joined())"
        let json = #"""
            {"kind": "List", "items": [{"kind": "CronJob", "metadata": {"name": "n", "namespace": "ns"},
              "spec": {"schedule": "0 0 1 * *", "jobTemplate": {}}}]}
            """#
        let found = try ImportSample(
            "\(list)---\n\(cronJob("schedule: 1 2 3 4 *"))---\nkind: Service\n", from: .kubernetes, more: ["b": json])
        #expect(found.names == ["billing/j1", "billing/j2", "billing/j3", "billing/report", "ns/n"])
        let line = (list + "---\n" + cronJob("schedule: 1 2 3 4 *")).split(separator: "\n").count + 2
        #expect(found.notes == ["a:\(line):1: this is a Service, not a CronJob"] && found.isComplete, "\(found.notes)")
    }

    @Test(arguments: [
        ("5/20 * * * *", "cron(5-59/20 * * * ? *)", "UTC"), ("@hourly", "cron(0 * * * ? *)", "UTC"),
        ("@every 1h30m", "rate(90 minutes)", "UTC"), ("@every 60m", "rate(1 hour)", "UTC"),
        ("@every 90s", "rate(90 seconds)", "UTC"), ("0 0 ? * 1", "cron(0 0 ? * MON *)", "UTC"),
        ("CRON_TZ=Asia/Tokyo 0 6 * * ?", "cron(0 6 * * ? *)", "Asia/Tokyo"),
        ("TZ=Asia/Tokyo @daily", "cron(0 0 * * ? *)", "Asia/Tokyo"),
    ])
    func `have schedules as their parser reads them`(given: String, expression: String, zone: String) throws {
        let found = try ImportSample(cronJob("schedule: \"\(given)\""), from: .kubernetes)
        #expect(try found.job()["schedule"] == .string(expression))
        #expect(found.texts("time_zone") == [zone] && found.isComplete)
    }

    @Test func `have a stepped * that restricts the days, unlike that of a crontab`() throws {
        let found = try ImportSample(cronJob("schedule: \"0 0 */2 * 1\""), from: .kubernetes)
        #expect(found.texts("schedule") == ["cron(0 0 */2 * ? *)", "cron(0 0 ? * MON *)"])
        #expect(found.names == ["billing/report-day-of-month", "billing/report-day-of-week"])
    }

    @Test func `tell of every field that no job has, once for a CronJob that becomes two jobs`() throws {
        let text = cronJob("schedule: '0 0 1 * 1'\nstartingDeadlineSeconds: 99999999\nparallel: 3", name: "e")
        let found = try ImportSample(text, from: .kubernetes)
        #expect(found.names == ["billing/e-day-of-month", "billing/e-day-of-week"])
        for part in ["“e”: parallel is not imported", "“e”: startingDeadlineSeconds 99999999 becomes"] {
            #expect(found.notes.count { $0.contains(part) } == 1, "\(found.notes)")
        }
    }

    @Test func `tell what can't be expressed`() throws {
        let text = """
            \(cronJob("schedule: '@every 1.5h'", name: "a"))
            ---
            \(cronJob("schedule: '0 0 * * *'\nconcurrencyPolicy: Replace", name: "b").replacing("900", with: "9999999"))
            ---
            \(cronJob("suspend: true", name: "c"))
            ---
            \(cronJob("schedule: 60 * * * *", name: "d"))
            ---
            x: y
            """
        let found = try ImportSample(text, from: .kubernetes)
        #expect(found.names == ["billing/b"] && found.texts("ttl_seconds") == ["604800"])
        let parts = [
            "left out: “a”: “@every 1.5h” is not a time in hours, minutes and seconds",
            "“b”: a run is not replaced by the next one here", "“b”: activeDeadlineSeconds 9999999 becomes",
            "left out: “c” has no spec.schedule", "left out: “d”: “60” is not a minute",
            "left out: this is neither a CronJob nor a list of them",
        ]
        #expect(found.notes.count == parts.count, "\(found.notes)")
        for (note, part) in zip(found.notes, parts) { #expect(note.contains(part), "\(note)") }
    }
}
