import JSON
import JobCore
import Testing

/// What could never work is refused when the job is put, not when it first runs.
@Suite struct `A job document that is put` {
    private static let now = "2026-09-21T14:13:20"

    private static func errors(_ text: String, current: ScheduleKey? = nil) -> [FieldError] {
        do throws(InvalidDocument) {
            _ = try SampleDocument.parse(text, current: current)
            return []
        } catch {
            return error.errors
        }
    }

    private static func errors(of schedule: String, timeZone: String = "UTC") -> [FieldError] {
        errors(SampleDocument.text(["schedule": .string(schedule), "time_zone": .string(timeZone)]))
    }

    @Test(arguments: ["at(2020-01-01T00:00:00)", "at(\(now))", "at(1970-01-01T00:00:00)"])
    func `is refused with a time in the past, and says so`(schedule: String) throws {
        let error = try #require(Self.errors(of: schedule).first)
        #expect(error.field == "/schedule" && error.code == .outOfRange && error.message == "is a time in the past")
        #expect(error.hint.contains("UTC"))
    }

    @Test(arguments: ["at(2026-09-21T14:13:21)", "at(2199-12-31T23:59:59)"])
    func `is accepted with a time in the future`(schedule: String) {
        #expect(Self.errors(of: schedule).isEmpty)
    }

    @Test func `has a time in the past by the clock of its own time zone`() {
        #expect(Self.errors(of: "at(2026-09-21T17:00:00)").isEmpty)
        #expect(Self.errors(of: "at(2026-09-21T17:00:00)", timeZone: "Asia/Tokyo").count == 1)
        #expect(Self.errors(of: "at(2026-09-21T12:00:00)", timeZone: "America/New_York").isEmpty)
    }

    @Test func `may be put again after its time, with the schedule that is on record`() {
        let past = "at(2020-01-01T00:00:00)"
        let text = SampleDocument.text(["schedule": .string(past)])
        #expect(Self.errors(text, current: ScheduleKey(past)).isEmpty)
        #expect(Self.errors(text, current: ScheduleKey("at(2020-01-01T00:00:01)")).count == 1)
    }

    @Test func `has its past time reported beside all other mistakes`() {
        let text = SampleDocument.text(["schedule": .string("at(2020-01-01T00:00:00)"), "ttl_seconds": .integer(0)])
        #expect(Set(Self.errors(text).map(\.field)) == ["/schedule", "/ttl_seconds"])
    }

    @Test(arguments: ["cron(0 8 1 1 ? 2020)", "cron(0 8 30 FEB ? *)"])
    func `may have a cron that never occurs again, as EventBridge accepts it`(schedule: String) {
        #expect(Self.errors(of: schedule).isEmpty)
    }

    @Test func `may have the longest payload, however it is escaped`() throws {
        let length = Limits.payloadBytesMax
        func text(_ escaped: String, _ count: Int) -> String {
            let payload = String(repeating: escaped, count: count)
            return SampleDocument.text([:]).dropLast() + #","payload":"\#(payload)"}"#
        }
        for (escaped, bytes) in [("x", 1), (#"\""#, 1), (#"\u0041"#, 1), (#"\u00e9"#, 2), (#"\ud83d\ude00"#, 4)] {
            let job = try SampleDocument.parse(text(escaped, length / bytes))
            #expect(job.payload?.utf8.count == length)
        }
        #expect(Self.errors(text(#"\u0041"#, length + 1)).map(\.field) == ["/payload"])
    }

    @Test(arguments: ["X-Team", "x-team", "X-TEAM"])
    func `has no header twice in upper and lower case`(name: String) {
        let headers: JSONValue = .object(["X-TeaM": .string("a"), name: .string("b")])
        #expect(Self.errors(SampleDocument.text(["headers": headers])).count == 1)
    }
}
