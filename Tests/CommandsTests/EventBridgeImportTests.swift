import Commands
import JSON
import JobCore
import TestServers
import Testing

/// What the answers of the AWS command line become.
@Suite struct `Answers about EventBridge` {
    private static let rule = """
        {"Name": "nightly", "Arn": "arn:aws:events:eu-west-1:123456789012:rule/nightly", "State": "DISABLED",
         "ScheduleExpression": "cron(0 2 * * ? *)", "Description": "Nightly\\njob", "EventBusName": "default"}
        """

    @Test func `become jobs from rules and the targets behind them`() throws {
        let text = """
            \(Self.rule)
            {"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:jobs", "Input": "{\\"a\\": 1}",
                          "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 86400}}]}
            """
        let found = try ImportSample(text, from: .eventbridge)
        let job = try found.job()
        #expect(found.names == ["ops/nightly"] && found.notes.isEmpty, "\(found.notes)")
        #expect(job["invocation_type"] == .string("sqs"))
        #expect(job["invocation_target"] == .string("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"))
        #expect(job["payload"] == .string("{\"a\": 1}") && job["enabled"] == .bool(false))
        #expect(job["description"] == .string("Nightly job") && job["ttl_seconds"] == .integer(600))
        #expect(job["retry"]?["max_attempts"] == .integer(4) && job["time_zone"] == nil)
    }

    @Test func `become jobs from a list of rules and targets in other files, by their rules' names`() throws {
        let rules = """
            {"Rules": [\(Self.rule), {"Name": "events", "EventPattern": "{}"},
             {"Name": "often", "ScheduleExpression": "rate(5 minutes)", "State": "ENABLED"},
             {"Name": "odd", "ScheduleExpression": "rate(1 minutes)"}, {"ScheduleExpression": "rate(1 day)"}]}
            {"Targets": [{"Id": "x", "Arn": "y"}]}
            """
        let targets = """
            {"Rule": "often", "Targets": [
             {"Id": "lambda", "Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "Input": "{}"},
             {"Id": "api", "Arn": "arn:aws:events:eu-west-1:1:api-destination/d/1", "Input": "{}", "InputPath": "$.x"}]}
            {"ApiDestinationArn": "arn:aws:events:eu-west-1:1:api-destination/d/1",
             "InvocationEndpoint": "https://api.example.com/hook", "HttpMethod": "POST"}
            {"Rule": "gone", "Targets": [{"Id": "1", "Arn": "z"}]}
            """
        let found = try ImportSample(rules, from: .eventbridge, more: ["b": targets])
        #expect(found.names == ["ops/nightly", "ops/often-lambda", "ops/often-api"] && !found.isComplete)
        #expect(
            found.texts("invocation_target") == [
                "https://cron.example.com/ops/nightly", "https://cron.example.com/ops/often-lambda",
                "https://api.example.com/hook",
            ])
        let starts = [
            "a:5: left out: nothing says which rule has these targets", "a:2: the rule “events” waits for events",
            "a:3: ops/often-lambda: rate(5 minutes) counts from 1970 here",
            "a:3: “often-api”: Belfry sends a signed POST", "a:3: “often-api”: InputPath of its target is not",
            "a:3: ops/often-api: rate(5 minutes) counts", "a:4: left out: ops/odd: /schedule: 1 goes with minute",
            "a:4: left out: this rule or schedule has no Name", "b:6: left out: these are targets of the rule “gone”",
        ]
        #expect(found.notes.count == starts.count, "\(found.notes)")
        for (note, start) in zip(found.notes, starts) { #expect(note.hasPrefix(start), "\(note)") }
    }

    @Test func `become jobs from schedules with their time zones and bounds`() throws {
        let text = """
            {"ActionAfterCompletion": "DELETE", "Arn": "arn:1", "StartDate": "2027-01-01T00:00:00+01:00",
             "EndDate": 1861920000.5, "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
             "GroupName": "billing", "Name": "send--invoices", "ScheduleExpression": "cron(30 2 ? * MON-FRI *)",
             "ScheduleExpressionTimezone": "Europe/Madrid", "State": "ENABLED",
             "Target": {"Arn": "arn:aws:lambda:eu-west-1:1:function:f", "Input": "{}", "RoleArn": "r",
                        "RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}}}
            {"GroupName": "default", "Name": "once", "ScheduleExpression": "at(2027-05-01T10:00:00)", "Arn": "arn:2",
             "Target": {"Arn": "arn:x", "Input": "{}", "RetryPolicy": {"MaximumRetryAttempts": 100}}}
            {"Name": "past", "ScheduleExpression": "at(2026-01-01T10:00:00)", "Target": {"Arn": "arn:x", "Input": "{}"}}
            {"Schedules": [{"Name": "summary", "State": "ENABLED", "Target": {"Arn": "arn:x", "Input": "{}"}}]}
            {"Name": "bad", "ScheduleExpression": "rate(1 day)", "StartDate": "soon", "Target": {"Arn": "arn:x"}}
            """
        let found = try ImportSample(text, from: .eventbridge)
        #expect(found.names == ["billing/send-invoices", "ops/once"])
        let job = try #require(found.jobs.first)
        #expect(job["time_zone"] == .string("Europe/Madrid") && job["retry"] == nil && job["dst"] == nil)
        #expect(job["start_at"] == .string("2026-12-31T23:00:00Z"))
        #expect(job["end_at"] == .string("2029-01-01T00:00:00.500Z"))
        #expect(found.jobs[1]["retry"]?["max_attempts"] == .integer(20))
        let starts = [
            "a:1: “send--invoices”: it runs at its time here, not within 15 minutes",
            "a:1: “send--invoices”: it stays here after its last run",
            "a:1: “billing/send--invoices” is named billing/send-invoices here",
            "a:7: “once”: 100 retries become 20 attempts",
            "a:9: left out: ops/past: at(2026-01-01T10:00:00) has passed",
            "a:10: left out: “summary” has no ScheduleExpression: give the answer of aws scheduler get-schedule",
            "a:11: left out: “bad” has a StartDate that is no time",
        ]
        #expect(found.notes.count == starts.count, "\(found.notes)")
        for (note, start) in zip(found.notes, starts) { #expect(note.hasPrefix(start), "\(note)") }
    }

    @Test func `tell what a target and a rule have that no job has`() throws {
        let rule = Self.rule.replacing("\"Description\"", with: "\"EventPattern\": \"{}\", \"Description\"")
        let target = """
            {"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:jobs", "EcsParameters": {},
                          "RetryPolicy": {"MaximumEventAgeInSeconds": 60}}]}
            """
        let found = try ImportSample("\(rule)\n\(target)", from: .eventbridge)
        let parts = [
            "it also waits for events there", "its target has no Input", "EcsParameters of its target is not imported",
            "MaximumEventAgeInSeconds 60 is not imported",
        ]
        #expect(found.names == ["ops/nightly"] && found.notes.count == parts.count, "\(found.notes)")
        for (note, part) in zip(found.notes, parts) { #expect(note.contains(part), "\(note)") }
    }

    @Test func `need a target and a service for what Belfry can't call`() throws {
        let options = ImportOptions(service: "ops", ttlSeconds: 60)
        let lambda = #"{"Targets": [{"Id": "1", "Arn": "arn:aws:lambda:eu-west-1:1:function:f", "Input": "{}"}]}"#
        let found = try ImportSample("\(Self.rule)\(lambda)", from: .eventbridge, options: options)
        #expect(
            found.notes == [
                "a:1: left out: ops/nightly: Belfry can't call arn:aws:lambda:eu-west-1:1:function:f: give --target"
            ])
        let alone = try ImportSample(Self.rule, from: .eventbridge, options: ImportOptions(ttlSeconds: 60))
        #expect(alone.notes == ["a:1: left out: “nightly” names no service: give --service"])
        let other = try ImportSample("[{}, 1]\n{\"NextToken\": \"x\"}", from: .eventbridge)
        #expect(other.notes.count == 3 && other.notes.allSatisfy { $0.contains("left out: this is no answer of aws") })
        let broken = try ImportSample("\(Self.rule)\n{\"a\": \n,}", from: .eventbridge)
        #expect(broken.names == ["ops/nightly"] && broken.notes.count == 1)
        #expect(broken.notes[0].hasPrefix("a:4:1: left out: this is not valid JSON"), "\(broken.notes)")
    }
}
