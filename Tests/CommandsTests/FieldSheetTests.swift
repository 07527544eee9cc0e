import Commands
import JSON
import JobCore
import Testing

@Suite struct `What is shown of a job, an execution or a change` {
    private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func `a job has its fields in the order of the API's page, without null, and unknown ones last`() throws {
        let job = try value(
            """
            {"updated_at": "u", "zebra": 1, "alpha": {"b": 2}, "service_name": "billing", "payload": null,
            "schedule": "rate(1 hour)", "enabled": false, "job_name": "a"}
            """)
        #expect(
            FieldSheet.job(job).map { "\($0.name)=\($0.text)" } == [
                "service_name=billing", "job_name=a", "enabled=false", "schedule=rate(1 hour)", "updated_at=u",
                #"alpha={"b":2}"#, "zebra=1",
            ])
        #expect(FieldSheet.job(.string("x")).isEmpty && FieldSheet.job(.null).isEmpty)
    }

    @Test func `an execution has times for milliseconds, once each, and no timeline`() throws {
        let execution = try value(
            """
            {"status": "fail", "finished_at_ms": 1795676403315, "scheduled_time_ms": 1795676400000, "error": "e",
            "scheduled_time": "2026-11-26T07:00:00Z", "execution_id": "i", "deadline_ms": "soon", "reason": "ttl",
            "service_invoked_at_ms": -1, "timeline": [{"at": "t"}]}
            """)
        #expect(
            FieldSheet.execution(execution).map { "\($0.name)=\($0.text)" } == [
                "execution_id=i", "scheduled_time=2026-11-26T07:00:00Z", "status=fail", "reason=ttl",
                "finished_at=2026-11-26T07:00:03.315Z", "error=e", "deadline_ms=soon", "service_invoked_at_ms=-1",
            ])
        #expect(FieldSheet.execution(.array([])).isEmpty)
        let entry = try value(#"{"at": "t", "event": "attempt", "attempt": 1, "latency_ms": 12, "detail": null}"#)
        #expect(TimelineTable.row(entry) == ["t", "attempt", "1", "", "12 ms", ""])
        let wait = try value(#"{"at": "t", "event": "deferred", "attempt": 2, "until": "u", "detail": "busy"}"#)
        #expect(TimelineTable.row(wait) == ["t", "deferred", "2", "", "", "until u, busy"])
    }

    @Test(arguments: [
        (
            #"{"before": {"a": 1, "b": "x", "c": true}, "after": {"a": 1, "b": "y", "d": [2]}}"#,
            ["  - b: x", "  + b: y", "  - c: true", "  + d: [2]"]
        ),
        (#"{"before": null, "after": {"b": 1, "a": "new"}}"#, ["  + a: new", "  + b: 1"]),
        (
            #"{"before": {"retry": {"n": 1, "s": [5]}}, "after": {"retry": {"n": 2, "s": [5]}, "h": {"A": "*"}}}"#,
            ["  + h.A: *", "  - retry.n: 1", "  + retry.n: 2"]
        ),
        (#"{"before": {"h": {"A": "*"}}, "after": {"h": {}}}"#, [#"  - h: {"A":"*"}"#, "  + h: {}"]),
        (#"{"before": {"a": 1}}"#, ["  - a: 1"]), (#"{"before": {"a": 1}, "after": {"a": 1}}"#, []),
        (#"{"before": "x", "after": {"a": 1}}"#, ["  - x", #"  + {"a":1}"#]), ("{}", []), ("7", []),
    ])
    func `a change has the fields that differ`(text: String, lines: [String]) throws {
        #expect(AuditTable.changes(try value(text)).map(\.line) == lines)
    }

    @Test(arguments: [
        (
            #"{"at": "t", "actor": "deploy", "action": "job.put", "service_name": "billing", "job_name": "a"}"#,
            ["t", "deploy", "job.put", "billing/a"]
        ),
        (
            #"{"at": "t", "actor": "local:me", "action": "key.create", "subject": "k"}"#,
            ["t", "local:me", "key.create", "k"]
        ),
        (
            #"{"action": "cancel.requested", "service_name": "billing", "job_name": "a", "subject": "id"}"#,
            ["-", "-", "cancel.requested", "billing/a id"]
        ),
        (#"{"service_name": "billing"}"#, ["-", "-", "-", "billing"]), ("[]", ["-", "-", "-", "-"]),
    ])
    func `a change is a row`(text: String, row: [String]) throws {
        #expect(AuditTable.row(try value(text)) == row)
    }

    @Test(arguments: [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), ("90m", "2026-01-31T06:30:00Z"),
        ("7d", "2026-01-24T08:00:00Z"), ("0", "2026-01-31T08:00:00Z"), ("36501d", nil), ("yesterday", nil), ("", nil),
        ("-1h", nil), ("1767225600000", nil),
    ])
    func `a time is given as such, or as how long ago it was`(text: String, time: String?) throws {
        let now = try #require(Instant(rfc3339: "2026-01-31T08:00:00Z"))
        #expect(TimeText.instant(of: text, now: now)?.rfc3339 == time)
    }
}
