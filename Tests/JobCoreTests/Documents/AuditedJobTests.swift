import JSON
import Testing

@testable import JobCore

@Suite struct `The JSON of a job in an audit entry` {
    private static let instant = Instant(secondsSinceEpoch: 1_900_000_000)

    private static func fields(_ edit: (inout Job) -> Void = { _ in }) -> JobFields {
        var job = Job(
            name: JobName(service: "billing", job: "invoices"),
            target: InvocationTarget(kind: .http, address: "https://example.com/hook?key=s3cret&b"),
            payload: "pay", schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60,
            headers: ["Authorization": "s3cret", "X-A": "s3cret-too"])
        edit(&job)
        return JobFields(job, createdAt: instant, updatedAt: instant)
    }

    private static func json(_ text: String) throws -> [String: JSONValue] {
        guard case .object(let fields) = try JSONValue(parsing: Array(text.utf8)) else { return [:] }
        return fields
    }

    private static func after(_ edit: (inout Job) -> Void) throws -> [String: JSONValue] {
        try json(AuditedJob.text(fields(edit), replacing: fields()))
    }

    @Test func `has the job's public fields, the payload and the headers, with what may be secret hidden`() throws {
        let text = AuditedJob.text(Self.fields())
        let json = try Self.json(text)
        #expect(!text.contains("s3cret"))
        #expect(json["headers"] == .object(["Authorization": .string("***"), "X-A": .string("***")]))
        #expect(json["invocation_target"] == .string("https://example.com/hook?key=***&***"))
        #expect(json["payload"] == .string("pay") && json["service_name"] == .string("billing"))
        let shown = try Self.json(String(decoding: try JSONWriter.bytes(of: Self.fields()), as: UTF8.self))
        #expect(Set(shown.keys).union(["payload", "headers"]) == Set(json.keys))
    }

    @Test func `says that a hidden value has changed, and does not show it`() throws {
        let json = try Self.after { job in
            job.headers = ["authorization": "n3w", "X-A": "s3cret-too", "X-B": "n3w"]
            job.target.address = "https://example.com/hook?key=n3w&b"
        }
        let headers: [String: JSONValue] = [
            "authorization": .string("*** (changed)"), "X-A": .string("***"), "X-B": .string("***"),
        ]
        #expect(json["headers"] == .object(headers))
        #expect(json["invocation_target"] == .string("https://example.com/hook?key=***&*** (changed)"))
    }

    @Test func `marks nothing that can be seen, and nothing that is the same`() throws {
        let moved = try Self.after { $0.target.address = "https://example.com/other?key=n3w" }
        #expect(moved["invocation_target"] == .string("https://example.com/other?key=***"))
        #expect(try Self.after { $0.payload = "new" }["payload"] == .string("new"))
        #expect(try Self.after { $0.payload = nil }["payload"] == .null)
        #expect(!AuditedJob.text(Self.fields(), replacing: Self.fields()).contains("changed"))
    }

    @Test func `cuts a long payload between characters, and says when the change is behind the cut`() throws {
        let long = "a" + String(repeating: "é", count: 4_000)
        let shown = "a" + String(repeating: "é", count: 2_047) + "… (cut, 8001 bytes)"
        let before = Self.fields { $0.payload = long }
        #expect(try Self.json(AuditedJob.text(before))["payload"] == .string(shown))
        let after = Self.fields { $0.payload = long.dropLast() + "è" }
        #expect(
            try Self.json(AuditedJob.text(after, replacing: before))["payload"] == .string("\(shown) (changed)"))
        #expect(AuditedJob.cut(payload: String(repeating: "x", count: 4_096)).count == 4_096)
    }

    @Test func `never exceeds its bound, whatever is escaped`() throws {
        let control = "\u{1}"
        func text(_ count: Int) -> String { String(repeating: control, count: count) }
        let text = AuditedJob.text(
            Self.fields { job in
                job.payload = text(Limits.payloadBytesMax)
                job.description = text(1_024)
                job.tags = Array(repeating: text(64), count: 20)
                job.target.address = "https://example.com/" + String(repeating: "a", count: 2_028)
                job.headers = [:]
                for index in 0..<32 { job.headers[String(repeating: "h", count: 126) + "\(index)"] = text(4_096) }
            })
        #expect((4_096...AuditedJob.bytesMax).contains(text.utf8.count))
        #expect(try Self.json(text)["payload"] != .null)
    }
}
