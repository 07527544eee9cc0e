import JSON
import JobCore
import Testing

/// A valid job document, and changes to it that a test can try.
enum SampleDocument {
    static let name = JobName(service: "billing", job: "invoices")

    static let least: [String: JSONValue] = [
        "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false), "invocation_type": .string("http"),
        "invocation_target": .string("https://example.com/hook"), "schedule": .string("rate(5 minutes)"),
        "ttl_seconds": .integer(119),
    ]

    static func parse(_ changes: [String: JSONValue] = [:]) throws -> Job {
        try JobDocument.parse(.object(least.merging(changes) { $1 }), name: name)
    }

    /// Parses a document that is put in the year 2026 and has no predecessor on record.
    static func parse(_ text: String, current: ScheduleKey? = nil) throws(InvalidDocument) -> Job {
        try JobDocument.parse(
            Array(text.utf8), name: name, now: Instant(secondsSinceEpoch: 1_790_000_000), current: current,
            targets: .anyInstallation)
    }

    /// The JSON text of the least document with these changes.
    static func text(_ changes: [String: JSONValue]) -> String {
        JSONValue.object(least.merging(changes) { $1 }).text
    }

    /// The JSON pointers of all mistakes.
    static func faults(_ changes: [String: JSONValue]) -> [String] {
        do throws(InvalidDocument) {
            _ = try JobDocument.parse(.object(least.merging(changes) { $1 }), name: name)
            return []
        } catch {
            return error.isUnreadable ? ["unreadable"] : error.errors.map(\.field)
        }
    }
}

@Suite struct `Job documents` {
    private static func text(_ count: Int) -> JSONValue { .string(String(repeating: "x", count: count)) }

    @Test func `a job document needs seven fields and has defaults for the others`() throws {
        let job = try SampleDocument.parse()
        let expected = Job(
            name: SampleDocument.name, isEnabled: true, isExclusive: false,
            target: InvocationTarget(kind: .http, address: "https://example.com/hook"), payload: nil,
            schedule: ScheduleKey("rate(5 minutes)", timeZone: "UTC", dst: .default), ttlSeconds: 119,
            heartbeatIntervalSeconds: nil, retry: RetryPolicy(maxAttempts: 3, backoffSeconds: [5, 30]),
            timeoutSeconds: 15, headers: [:], misfire: .last, misfireMaxAgeSeconds: nil, startAt: nil, endAt: nil,
            tags: [], description: nil)
        #expect(job == expected)
    }

    @Test func `a job document is read with all its fields`() throws {
        let text = """
            {"async": true, "enabled": false, "exclusive": true, "invocation_type": "http",
             "invocation_target": "http://localhost:9000/x?y=1", "payload": "{\\"foo\\":\\"bar\\"}",
             "schedule": "cron(30 2 * * ? *)", "time_zone": "Europe/Madrid", "dst": "shift,both", "ttl_seconds": 604800,
             "misfire": "all", "misfire_max_age_seconds": 900, "heartbeat_interval_seconds": 5,
             "retry": {"max_attempts": 7, "backoff_seconds": [1, 36000]}, "timeout_seconds": 120,
             "headers": {"X-Team": "a b"}, "start_at": "2026-01-01T00:00:00Z", "end_at": "2026-01-02T00:00:00+01:00",
             "tags": ["a", "b"], "description": "What it does"}
            """
        let job = try SampleDocument.parse(text)
        #expect(!job.isEnabled && job.isExclusive)
        #expect(job.target.address == "http://localhost:9000/x?y=1")
        #expect(job.payload == #"{"foo":"bar"}"#)
        let dst = DSTPolicy(gap: .shift, overlap: .both)
        #expect(job.schedule == ScheduleKey("cron(30 2 * * ? *)", timeZone: "Europe/Madrid", dst: dst))
        #expect(job.ttlSeconds == 604_800 && job.heartbeatIntervalSeconds == 5 && job.timeoutSeconds == 120)
        #expect(job.retry == RetryPolicy(maxAttempts: 7, backoffSeconds: [1, 36_000]))
        #expect(job.misfire == .all && job.misfireMaxAgeSeconds == 900)
        #expect(job.headers == ["X-Team": "a b"] && job.tags == ["a", "b"] && job.description == "What it does")
        #expect(job.startAt == Instant(secondsSinceEpoch: 1_767_225_600))
        #expect(job.endAt == Instant(secondsSinceEpoch: 1_767_308_400))
    }

    @Test(arguments: SampleDocument.least.keys.sorted())
    func `a job document is refused by name of the required field that is missing, null or of another type`(
        field: String
    ) {
        for value in [JSONValue.null, .array([]), .object([:]), .number(1.5)] {
            #expect(SampleDocument.faults([field: value]) == ["/\(field)"])
        }
        var without = SampleDocument.least
        without[field] = nil
        let error = #expect(throws: InvalidDocument.self) {
            try JobDocument.parse(.object(without), name: SampleDocument.name)
        }
        #expect(error?.errors.map(\.field) == ["/\(field)"] && error?.isUnreadable == false)
        #expect(error?.errors.first?.hint != nil)
    }

    private static let wrong: [(String, JSONValue)] = [
        ("async", .bool(false)), ("async", .string("true")), ("async", .integer(1)),
        ("invocation_type", .string("HTTP")), ("invocation_type", .string("smtp")),
        ("invocation_target", .string("/hook")), ("invocation_target", text(2_049)),
        ("payload", .object([:])), ("payload", text(262_145)),
        ("schedule", .string("rate(0 minutes)")), ("schedule", .string("")), ("schedule", text(257)),
        ("time_zone", .string("Mars/Olympus")), ("time_zone", text(65)), ("dst", .string("sometimes")),
        ("ttl_seconds", .integer(0)), ("ttl_seconds", .integer(604_801)), ("ttl_seconds", .integer(-1)),
        ("ttl_seconds", .string("60")), ("ttl_seconds", .number(60.5)), ("ttl_seconds", .integer(.max)),
        ("heartbeat_interval_seconds", .integer(0)), ("heartbeat_interval_seconds", .integer(86_401)),
        ("timeout_seconds", .integer(0)), ("timeout_seconds", .integer(121)),
        ("misfire", .string("none")), ("misfire", .integer(1)), ("misfire_max_age_seconds", .integer(0)),
        ("start_at", .string("tomorrow")), ("end_at", .integer(1_767_225_600)),
        ("start_at", .string("0001-01-01T00:00:00Z")), ("start_at", .string("1969-12-31T23:59:59.999Z")),
        ("end_at", .string("9999-12-31T23:59:59-05:00")), ("end_at", .string("1970-01-01T00:00:00+00:01")),
        ("headers", .array([])), ("tags", .string("a")), ("tags", .array([.integer(1)])),
        ("tags", .array([.string("")])), ("tags", .array([text(65)])),
        ("tags", .array(Array(repeating: .string("a"), count: 21))),
        ("description", text(1_025)), ("retry", .integer(3)),
    ]

    @Test(arguments: wrong) func `a job document with one wrong field is refused by that field's name only`(
        field: String, value: JSONValue
    ) {
        #expect(SampleDocument.faults([field: value]) == ["/\(field)"])
    }

    private static let right: [(String, JSONValue)] = [
        ("payload", text(262_144)), ("payload", .string("")), ("payload", .null), ("ttl_seconds", .integer(1)),
        ("heartbeat_interval_seconds", .integer(86_400)), ("timeout_seconds", .integer(1)), ("misfire", .null),
        ("misfire_max_age_seconds", .integer(31_536_000)), ("description", text(1_024)),
        ("tags", .array(Array(repeating: text(64), count: 20))), ("headers", .object([:])), ("retry", .object([:])),
        ("time_zone", .null), ("dst", .string("shift")),
    ]

    @Test(arguments: right) func `a job document may have values up to their limits`(field: String, value: JSONValue) {
        #expect(SampleDocument.faults([field: value]).isEmpty)
    }

    private static let wrongInside: [(String, JSONValue, String)] = [
        ("retry", .object(["max_attempts": .integer(0)]), "/retry/max_attempts"),
        ("retry", .object(["max_attempts": .integer(21)]), "/retry/max_attempts"),
        ("retry", .object(["backoff_seconds": .array([])]), "/retry/backoff_seconds"),
        ("retry", .object(["backoff_seconds": .array([.integer(36_001)])]), "/retry/backoff_seconds"),
        ("retry", .object(["backoff_seconds": .array([.integer(0)])]), "/retry/backoff_seconds"),
        ("retry", .object(["backoff_seconds": .integer(5)]), "/retry/backoff_seconds"),
        ("retry", .object(["tries": .integer(5)]), "/retry/tries"),
        ("headers", .object(["Host": .string("x")]), "/headers/Host"),
        ("headers", .object(["X-A": .integer(5)]), "/headers/X-A"),
        ("headers", .object(["X-A": text(4_097)]), "/headers/X-A"),
        ("headers", .object(["a/b~c": .string("x")]), "/headers/a~1b~0c"),
        ("a/b~c", .integer(1), "/a~1b~0c"),
    ]

    @Test(arguments: wrongInside)
    func `a mistake inside a job document is located by an RFC 6901 pointer`(
        field: String, value: JSONValue, pointer: String
    ) {
        #expect(SampleDocument.faults([field: value]) == [pointer])
    }

    @Test func `a job document is refused with all its mistakes at once, unknown fields included`() {
        let faults = SampleDocument.faults([
            "async": .bool(false), "enabled": .null, "schedule": .string("every day"), "ttl_seconds": .integer(0),
            "payload": .integer(1), "retry": .object(["max_attempts": .integer(99)]), "shedule": .string("x"),
            "Enabled": .bool(true),
        ])
        #expect(
            Set(faults) == [
                "/async", "/enabled", "/schedule", "/ttl_seconds", "/payload", "/retry/max_attempts", "/shedule",
                "/Enabled",
            ])
        #expect(faults.count == 8)
    }

    /// What a document may hold must be readable on record and in messages, or it would stop those who read it there.
    @Test(arguments: ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
    func `a job whose instants are at a bound is read back as it was put`(bound: String) throws {
        let job = try SampleDocument.parse(["start_at": .string(bound)])
        #expect(try JSONDecoding.decode(Job.self, from: try JSONWriter.bytes(of: job)) == job)
    }

    @Test func `a job document is refused unless end_at is after start_at`() {
        let start = JSONValue.string("2026-01-01T00:00:00Z")
        #expect(SampleDocument.faults(["start_at": start, "end_at": start]) == ["/end_at"])
        let later = JSONValue.string("2026-01-01T00:00:00.001Z")
        #expect(SampleDocument.faults(["start_at": start, "end_at": later]).isEmpty)
    }

    @Test(arguments: [
        (true, "skip", true), (false, "allow", true), (true, "allow", false), (false, "skip", false),
        (false, "buffer_one", false),
    ])
    func `overlap in a job document can only say what exclusive says`(
        isExclusive: Bool, overlap: String, isAccepted: Bool
    ) throws {
        let fields: [String: JSONValue] = ["exclusive": .bool(isExclusive), "overlap": .string(overlap)]
        #expect(SampleDocument.faults(fields) == (isAccepted ? [] : ["/overlap"]))
        if isAccepted { #expect(try SampleDocument.parse(fields).overlap.rawValue == overlap) }
    }

    @Test func `the owner in a job document has the form of a name`() throws {
        #expect(try SampleDocument.parse(["owner": .string("team-a")]).owner == "team-a")
        #expect(SampleDocument.faults(["owner": .string("team a")]) == ["/owner"])
        #expect(SampleDocument.faults(["owner": .string("")]) == ["/owner"])
    }

    @Test func `a job document may repeat the fields that are only shown, whatever is in them`() throws {
        let shown = Dictionary(uniqueKeysWithValues: JobDocument.readOnlyFields.map { ($0, JSONValue.string("x")) })
        #expect(try SampleDocument.parse(shown) == SampleDocument.parse([:]))
    }

    @Test func `a job document may have up to 32 headers`() {
        func headers(_ count: Int) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: (0..<count).map { ("X-\($0)", .string("v")) }))
        }
        #expect(SampleDocument.faults(["headers": headers(32)]).isEmpty)
        #expect(SampleDocument.faults(["headers": headers(33)]) == ["/headers"])
    }

    @Test(arguments: ["[]", "null", "\"job\"", "{", ""]) func `a job document that is no JSON object is unreadable`(
        text: String
    ) {
        let error = #expect(throws: InvalidDocument.self) {
            try SampleDocument.parse(text)
        }
        #expect(error?.isUnreadable == true)
    }

    @Test func `a job document is refused if the name of its service or job is invalid`() {
        let error = #expect(throws: InvalidDocument.self) {
            try JobDocument.parse(.object(SampleDocument.least), name: JobName(service: "a b", job: "c d"))
        }
        #expect(error?.errors.map(\.field) == ["/service_name", "/job_name"])
    }

    @Test(
        arguments: [(1, 30), (299, 30), (300, 30), (310, 31), (480, 48), (604_800, 48)] as [(Int64, Int64)])
    func `a job document without a heartbeat interval gets one computed from the ttl`(ttl: Int64, interval: Int64)
        throws
    {
        let job = try SampleDocument.parse(["ttl_seconds": .integer(ttl)])
        #expect(job.effectiveHeartbeatIntervalSeconds == interval)
        let own = try SampleDocument.parse(["ttl_seconds": .integer(ttl), "heartbeat_interval_seconds": .integer(7)])
        #expect(own.effectiveHeartbeatIntervalSeconds == 7)
    }
}
