import Console
import Determinism
import HTTPServer
import HTTPTypes
import Hummingbird
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import RouterTesting
import Signing
import Store
import Testing

/// The admin API on a store and a broker in memory, with one job, one execution and a key of each scope.
struct ConsoleAPI: Sendable {
    static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    static let job = JobName(service: "billing", job: "invoices")

    /// The keys that exist; `none` sends no header.
    enum Key: String, CaseIterable {
        case admin, read, own, other, none

        var scope: APIKey.Scope? {
            switch self {
            case .admin: .admin
            case .read: .read
            case .own: .service("billing")
            case .other: .service("shipping")
            case .none: nil
            }
        }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var text: String

        var body: JSONValue { get throws { try JSONValue.parse(Array(text.utf8)) } }
    }

    let store = MemoryConsoleStore()
    let memory = MemoryBroker(now: now)
    /// What deadletterd answers: one letter, unless a test scripts something else.
    let answers = ScriptedAnswers(
        ScriptedAnswers.Pass(letters: [(letter(), Array("{}".utf8))], result: DeadLettersResult(matched: 1, done: 1)))
    /// What the broker tells of its queues: a healthy installation, unless a test changes it.
    let queues = ScriptedQueues()
    let log = InMemoryLogHandler()
    let time = HandTime(now)
    let execution: Execution
    let console: Console

    /// Without `broker` it is `memory`, and without `clock` it is `time`.
    init(broker: (any MessageBroker)? = nil, clock: (any TimeSource)? = nil) {
        let log = log
        console = Console(
            store: store, broker: broker ?? memory, queues: queues, answers: answers, targets: .anyInstallation,
            time: clock ?? time, logger: Logger(label: "test") { _ in log })
        execution = Execution(
            id: .random(), jobID: Self.job.id, jobName: Self.job, occurrence: Self.now, createdAt: Self.now,
            isExclusive: false, trigger: .manual, schedule: "rate(1 minute)",
            state: .pending(from: Self.now, ttlSeconds: 60, heartbeatIntervalSeconds: 30), attemptDueAt: Self.now)
        store.change { content in
            content.executions = [execution]
            for key in Key.allCases {
                guard let scope = key.scope else { continue }
                content.keys[APISecret.hash(key.rawValue)] = APIKey(
                    name: key.rawValue, scope: scope, createdAt: Self.now)
            }
        }
        add(Self.job)
    }

    /// A dead letter of the queue of deliveries; `number` makes its id.
    static func letter(_ number: Int = 1, bodyBytes: Int = 2) -> DeadLetter {
        let id = DeadLetterID(text: "00000000-0000-4000-8000-" + String(1_000_000_000_000 + number).dropFirst())
        var letter = DeadLetter(
            id: id ?? .random(), queue: "courier.deliveries", reason: "failing", replays: 2, bodyBytes: bodyBytes,
            headers: ["belfry-deferrals": "3"])
        (letter.originExchange, letter.originRoutingKey) = ("belfry", "delivery.requested")
        (letter.error, letter.attempts, letter.messageID) = ("no route", 4, "m-\(number)")
        (letter.firstDeadAt, letter.lastDeadAt) = (now, now.adding(milliseconds: 1_500))
        (letter.service, letter.job) = ("billing", "invoices")
        return letter
    }

    /// The requests that deadletterd got.
    func deadLetterRequests() throws -> [DeadLettersRequested] {
        try memory.waiting(in: WorkQueue.deadletterRequests.rawValue).map { try DeadLettersRequested(reading: $0) }
    }

    func add(_ name: JobName) {
        let job = Job(
            name: name, target: InvocationTarget(kind: .http, address: "https://example.com/hook"),
            schedule: ScheduleKey("rate(5 minutes)"), ttlSeconds: 60)
        store.change {
            $0.jobs[name] = StoredJob(job: job, effectiveAfter: Self.now, createdAt: Self.now, updatedAt: Self.now)
        }
    }

    /// Sends a request. A body is JSON unless `contentType` says otherwise.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, key: Key = .admin,
        contentType: String? = "application/json", authorization: String? = nil,
        headers more: [HTTPField.Name: String] = [:]
    ) async throws -> Answer {
        var headers = HTTPFields()
        if key != .none { headers[.authorization] = "Bearer \(key.rawValue)" }
        if let authorization { headers[.authorization] = authorization }
        if body != nil { headers[.contentType] = contentType }
        for (name, value) in more { headers[name] = value }
        let response = try await RouterClient(RouteResponder(console.router())).execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        return Answer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
    }

    static let document = """
        {"async": true, "enabled": true, "exclusive": false, "invocation_type": "http", "ttl_seconds": 60,
         "invocation_target": "https://example.com/hook", "schedule": "rate(5 minutes)"}
        """
}

extension JSONValue {
    subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var array: [JSONValue] {
        guard case .array(let values) = self else { return [] }
        return values
    }
}
