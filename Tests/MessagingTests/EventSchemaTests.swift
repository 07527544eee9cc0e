import Foundation
import JSON
import JobCore
import Messaging
import Testing
import Yams

/// Guarantee: `docs/events` describes the events as they are published.
@Suite struct `The description of the events` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/events")
    private static let types = ExecutionEvent.allCases.map { "execution.\($0.rawValue)" } + ["job.changed"]

    private static func schema(_ name: String) throws -> JSONValue {
        let body = try Data(contentsOf: folder.appending(path: "\(name).schema.json"))
        return try JSONValue(parsing: Array(body), limits: .trusted)
    }

    private static func body(_ event: some EventMessage) throws -> JSONValue {
        try JSONValue(parsing: event.body, limits: .trusted)
    }

    private static let name = JobName(service: "billing", job: "send-invoices")
    private static let start = Instant(millisecondsSinceEpoch: 1_800_000_000_120)

    /// With every optional field, or with none.
    private static func execution(isFull: Bool, event: ExecutionEvent) -> Execution {
        var execution = Execution(
            id: .random(), jobID: name.id, jobName: name, occurrence: start, createdAt: start, isExclusive: false,
            schedule: "rate(1 minute)",
            state: .pending(from: start, ttlSeconds: 60, heartbeatIntervalSeconds: 30), attemptDueAt: start)
        // What the event itself brings with it.
        if event == .started { execution.state.invokedAt = start.adding(seconds: 1) }
        if event == .finished { execution.state = .over(.missed, at: start, ttlSeconds: 60) }
        guard isFull else {
            if event == .finished { (execution.state.status, execution.state.reason) = (.success, nil) }
            return execution
        }
        execution.state.reason = .ttl
        execution.state.progress = 50
        execution.state.invokedAt = start.adding(seconds: 1)
        execution.state.finishedAt = start.adding(seconds: 2)
        execution.outcome = Outcome(summary: "s", state: "own", error: "e", correlationID: "c")
        execution.payload = "own"
        (execution.retryOf, execution.retriedBy) = (.random(), .random())
        return execution
    }

    private static func job(isFull: Bool) -> JobFields {
        var job = Job(
            name: name, target: InvocationTarget(kind: .http, address: "https://example.com/?key=hidden"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        if isFull {
            (job.payload, job.headers) = ("hidden", ["Authorization": "hidden"])
            (job.misfireMaxAgeSeconds, job.startAt, job.endAt) = (60, start, start.adding(seconds: 60))
            (job.tags, job.description, job.owner) = (["a"], "d", "o")
        }
        return JobFields(job, createdAt: start, updatedAt: start)
    }

    /// Compares an object with its schema: the fields are those of `properties`, all are required, and each value is
    /// one
    /// that its property allows. `EventTests` validates published events with a validator.
    private static func faults(of value: JSONValue?, in schema: JSONValue, without absent: Set<String> = []) -> [String]
    {
        guard case .object(let fields)? = value, case .object(let properties)? = schema["properties"] else {
            return ["no object"]
        }
        var faults = Set(fields.keys).symmetricDifference(Set(properties.keys).subtracting(absent)).map {
            "only one of the two has \($0)"
        }
        for (name, value) in fields {
            guard let property = properties[name] else { continue }
            if let constant = property["const"], constant != value { faults.append("\(name) is \(value)") }
            if let values = property["enum"]?.array, !values.contains(value) { faults.append("\(name) is \(value)") }
            let types = property["type"]?.array?.compactMap(\.string) ?? [property["type"]?.string].compactMap(\.self)
            if !types.isEmpty, !types.contains(typeName(of: value)) { faults.append("\(name) is \(value)") }
        }
        return faults
    }

    private static func typeName(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func required(_ schema: JSONValue?) -> Set<String> {
        Set(schema?["required"]?.array?.compactMap(\.string) ?? [])
    }

    private static func names(_ schema: JSONValue?) -> Set<String> {
        guard case .object(let properties)? = schema?["properties"] else { return [] }
        return Set(properties.keys)
    }

    @Test(arguments: ExecutionEvent.allCases, [true, false])
    func `has the fields of every event of an execution, also of one with every optional field and with none`(
        event: ExecutionEvent, isFull: Bool
    ) throws {
        let message = ExecutionChanged(event, of: Self.execution(isFull: isFull, event: event))
        let (body, schema) = (try Self.body(message), try Self.schema(message.type))
        #expect(Self.faults(of: body, in: schema) == [])
        #expect(Self.required(schema) == Self.names(schema))
        #expect(body["id"]?.string == message.messageID && message.messageID?.isEmpty == false)
        #expect(schema["properties"]?["execution"]?["$ref"]?.string == "execution.schema.json")
        let execution = try Self.schema("execution")
        #expect(Self.faults(of: body["execution"], in: execution) == [])
        #expect(Self.required(execution) == Self.names(execution))
        #expect(
            !String(decoding: message.body, as: UTF8.self).contains("own"), "the payload and the state are not shown")
        // What the schema of the event itself says of the execution.
        guard case .object(let own)? = schema["properties"]?["execution"]?["properties"] else { return }
        for (name, property) in own {
            let value = body["execution"]?[name] ?? .null
            #expect(property["enum"]?.array?.contains(value) ?? (property["type"]?.string == Self.typeName(of: value)))
        }
    }

    @Test(arguments: [true, false])
    func `has the fields of a job that was put, and of one that was deleted`(isFull: Bool) throws {
        let schema = try Self.schema("job.changed")
        let job = try #require(schema["properties"]?["job"])
        let put = JobChanged(put: Self.job(isFull: isFull))
        let body = try Self.body(put)
        #expect(Self.faults(of: body, in: schema) == [])
        #expect(Self.faults(of: body["job"], in: job) == [])
        #expect(Self.required(job).union(Self.required(job["then"])) == Self.names(job))
        #expect(job["if"]?["properties"]?["deleted"]?["const"] == .bool(false))
        #expect(!String(decoding: put.body, as: UTF8.self).contains("hidden"), "no payload, header or query")
        #expect(body["job"]?["invocation_target"]?.string == "https://example.com/?key=***")
        let deleted = try Self.body(JobChanged(deleted: Self.name, at: Self.start))
        #expect(Self.faults(of: deleted, in: schema) == [])
        #expect(Self.faults(of: deleted["job"], in: job, without: Self.required(job["then"])) == [])
        #expect(Self.required(schema) == Self.names(schema))
    }

    @Test func `has the values that Belfry knows`() throws {
        func values(_ schema: JSONValue?, _ name: String) -> [String?] {
            (schema?["properties"]?[name]?["enum"]?.array ?? []).map(\.string)
        }
        let execution = try Self.schema("execution")
        #expect(values(execution, "status") == ExecutionStatus.allCases.map(\.rawValue))
        #expect(values(execution, "trigger") == Trigger.allCases.map(\.rawValue))
        #expect(values(execution, "reason") == FailureReason.allCases.map(\.rawValue) + [nil])
        let job = try Self.schema("job.changed")["properties"]?["job"]
        #expect(values(job, "invocation_type") == InvocationTarget.Kind.allCases.map(\.rawValue))
        #expect(values(job, "misfire") == MisfirePolicy.allCases.map(\.rawValue))
        #expect(values(job, "dst").allSatisfy { text in text.flatMap { DSTPolicy($0)?.description } == text })
        #expect(values(job, "dst").count == 4)
        let finished = try Self.schema("execution.finished")["properties"]?["execution"]
        #expect(values(finished, "status") == ExecutionStatus.allCases.filter(\.isFinal).map(\.rawValue))
    }

    @Test func `has a schema, a channel, a message and an operation for each event, and no others`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let schemas = files.filter { $0.hasSuffix(".schema.json") }
        #expect(Set(schemas) == Set((Self.types + ["execution"]).map { "\($0).schema.json" }))
        let document = try Self.asyncAPI()
        let channels = try #require(document["channels"] as? [String: [String: Any]])
        #expect(document["asyncapi"] as? String == "3.0.0")
        #expect(
            Set(channels.values.map { $0["address"] as? String }) == Set(Self.types.map { "\($0).{service}.{job}" }))
        let operations = try #require(document["operations"] as? [String: [String: Any]])
        let received = operations.values.compactMap { ($0["channel"] as? [String: Any])?["$ref"] as? String }
        #expect(Set(received) == Set(channels.keys.map { "#/channels/\($0)" }))
        let components = try #require(document["components"] as? [String: Any])
        let messages = try #require(components["messages"] as? [String: [String: Any]])
        #expect(Set(messages.values.map { $0["name"] as? String }) == Set(Self.types))
        for (key, message) in messages {
            let payload = try #require(message["payload"] as? [String: Any])
            let reference = (payload["schema"] as? [String: Any])?["$ref"] as? String
            let type = try #require(message["name"] as? String)
            #expect(reference == "./\(type).schema.json")
            #expect(channels[key]?["address"] as? String == "\(type).{service}.{job}")
        }
        let bindings = (components["channelBindings"] as? [String: [String: Any]])?["events"]
        let exchange = bindings?["exchange"] as? [String: Any]
        #expect(exchange?["name"] as? String == Topology(prefix: "belfry").name(of: .events))
    }

    @Test func `refers only to what is there`() throws {
        let document = try Self.asyncAPI()
        let references = Self.references(in: document)
        #expect(references.count > 20)
        for reference in references {
            if reference.hasPrefix("#/") {
                let found = reference.dropFirst(2).split(separator: "/").reduce(document as Any?) { value, key in
                    (value as? [String: Any])?[String(key)]
                }
                #expect(found != nil, "\(reference)")
            } else {
                #expect(FileManager.default.fileExists(atPath: Self.folder.appending(path: reference).path))
            }
        }
    }

    private static func asyncAPI() throws -> [String: Any] {
        let text = try String(contentsOf: folder.appending(path: "asyncapi.yaml"), encoding: .utf8)
        return try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private static func references(in value: Any) -> [String] {
        if let list = value as? [Any] { return list.flatMap(references) }
        guard let object = value as? [String: Any] else { return [] }
        return object.flatMap { $0.key == "$ref" ? [$0.value as? String ?? ""] : references(in: $0.value) }
    }

    @Test func `says how a routing key is made of names that a topic could misread`() {
        var execution = Self.execution(isFull: false, event: .created)
        #expect(ExecutionChanged(.created, of: execution).routingKey == "execution.created.billing.send-invoices")
        execution.jobName = JobName(service: "a.b", job: "c.*#_é")
        #expect(ExecutionChanged(.finished, of: execution).routingKey == "execution.finished.a_b.c______")
        execution.jobName = JobName(service: "s", job: String(repeating: "j", count: 128))
        #expect(ExecutionChanged(.created, of: execution).routingKey.count == "execution.created.s.".count + 100)
    }

    @Test func `tells when a change happened, whichever time it is published`() {
        let (start, end) = (Self.start, Self.start.adding(seconds: 9))
        var execution = Self.execution(isFull: true, event: .created)
        execution.state.lastHeartbeatAt = start.adding(seconds: 5)
        execution.state.finishedAt = end
        let times = ExecutionEvent.allCases.map { ExecutionChanged($0, of: execution).occurredAt }
        #expect(times == [start, start.adding(seconds: 1), start.adding(seconds: 5), end])
        let earlier = ExecutionChanged(.progressed, of: execution, heartbeatAt: start.adding(seconds: 3))
        #expect(earlier.occurredAt == start.adding(seconds: 3))
        #expect(earlier.messageID == "\(execution.id)/progressed/\(start.millisecondsSinceEpoch + 3_000)")
    }
}

extension JSONValue {
    fileprivate subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    fileprivate var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    fileprivate var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
