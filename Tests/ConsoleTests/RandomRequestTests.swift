import Determinism
import Fuzzing
import HTTPServer
import HTTPTypes
import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import OpenAPI
import RouterTesting
import StageKit
import Testing

@testable import Console

/// A broker that takes everything and keeps nothing.
private struct ForgetfulBroker: MessageBroker {
    var faults: [String] { [] }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {}

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        preconditionFailure("the admin API only publishes")
    }
}

/// Guarantee: no body makes the admin API answer otherwise than its document says.
@Suite struct `Random requests to the admin API` {
    private struct Target: Sendable {
        var path: String
        var method: HTTPRequest.Method
        var documents: [JSONValue]
        var statuses: Set<Int>
    }

    private static let letter: JSONValue = .object([
        "id": .string("00000000-0000-4000-8000-000000000001"), "queue": .string("courier.deliveries"),
        "origin": .object(["exchange": .string("belfry"), "routing_key": .string("delivery.requested")]),
        "attempts": .integer(1), "headers": .object(["a": .string("b")]), "body": .string("{}"),
        "first_dead_at": .string("2026-11-26T07:00:00.120Z"),
    ])

    private static let conditions: JSONValue = .object([
        "queue": .array([.string("courier.deliveries")]), "service": .string("billing"), "error": .string("x"),
        "older_than_seconds": .integer(5), "before": .integer(5), "limit": .integer(5), "dry_run": .bool(true),
    ])

    private static let documents: [String: [JSONValue]] = [
        "putJob": [JobSchemas.example],
        "changeJobs": [JobBatchSchemas.example],
        "searchJobs": [
            .object([
                "service_name": .string("a"), "job_name": .array([.string("b"), .string("c")]),
                "tag": .string("nightly"), "owner": .string("o"), "enabled": .bool(true), "paused": .bool(false),
            ])
        ],
        "runJob": [.object(["payload": .string("p")])],
        "retryExecution": [.object(["payload": .string("p")])],
        "searchExecutions": [
            .object([
                "service_name": .string("a"), "status": .string("fail"), "since": .integer(5), "limit": .integer(3),
                "job_guid": .string("d2909fac-1c61-53eb-849e-301daeb127c3"), "trigger": .string("manual"),
                "retry_of": .string("529c805a-4726-4b70-8006-561dbb60ded7"),
            ])
        ],
        "pauseTag": [.object(["note": .string("moving"), "until": .string("2099-01-01T00:00:00Z")])],
        "createKey": [.object(["name": .string("deploy"), "scope": .string("service:billing")])],
        "replayDeadLetters": [conditions, .object(["letter": letter, "dry_run": .bool(false)])],
        "dropDeadLetters": [conditions, .object(["all": .bool(true)])],
    ]

    /// The operations with a body, and the statuses that the document has for them.
    private static func targets(_ execution: Execution) -> [Target] {
        let operations = ConsoleDescription.topics.flatMap(\.operations)
        return documents.compactMap { id, documents in
            guard let operation = operations.first(where: { $0.id == id }) else { return nil }
            let path = operation.path.replacing("{service}", with: "billing").replacing("{job}", with: "invoices")
                .replacing("{tag}", with: "nightly").replacing("{id}", with: "\(execution.id)")
            let described = ConsoleDescription.document.json["paths"]?[operation.path]?[
                operation.method.rawValue.lowercased()]?["responses"]
            guard case .object(let answers)? = described else { return nil }
            return Target(
                path: path, method: operation.method, documents: documents,
                statuses: Set(answers.keys.compactMap { Int($0) }))
        }.sorted { $0.path < $1.path }
    }

    private static func headers() -> HTTPFields {
        [.authorization: "Bearer admin", .contentType: "application/json"]
    }

    /// The mistake in an answer, if it has one.
    private static func fault(_ answer: RouterAnswer, _ target: Target) -> String? {
        let text = String(buffer: answer.body)
        let status = answer.status.code
        guard target.statuses.contains(status), status < 500 else { return "answers \(status): \(text)" }
        guard status >= 400 else { return nil }
        guard let body = try? JSONValue(parsing: Array(text.utf8)), let code = body["code"]?.string,
            APIErrorCode(rawValue: code)?.status.code == status, body["message"]?.string?.isEmpty == false
        else { return "has no code of \(status): \(text)" }
        let isListed = [400, 412, 422].contains(status)
        let isShaped = body["errors"]?.array.allSatisfy { error in
            error["code"]?.string.flatMap(FieldError.Code.init) != nil && error["field"]?.string != nil
                && error["message"]?.string?.isEmpty == false && error["hint"]?.string != nil
        }
        guard isShaped == true, body["errors"]?.array.isEmpty == !isListed else { return "lists no mistakes: \(text)" }
        return nil
    }

    @Test(arguments: [UInt64(1), 2, 3, 4]) func `get an answer of the document`(seed: UInt64) async throws {
        let api = ConsoleAPI()
        let console = Console(
            store: api.store, broker: ForgetfulBroker(), queues: ScriptedQueues(), answers: api.answers,
            targets: .anyInstallation, time: api.time, logger: Logger(label: "none") { _ in SwiftLogNoOpLogHandler() })
        api.store.change { $0.executions[0].state.status = .success }
        let targets = Self.targets(api.execution)
        #expect(targets.count == Self.documents.count)
        let mutators = targets.map { DocumentMutator($0.documents) }
        let client = RouterClient(RouteResponder(console.router()))
        var random = SplitMix64(seed: seed)
        var counts: [Int: Int] = [:]
        for index in 0..<12_500 {
            let target = targets[index % targets.count]
            let body = mutators[index % targets.count].body(&random)
            let answer = try await client.execute(
                uri: target.path, method: target.method, headers: Self.headers(), body: ByteBuffer(bytes: body))
            if let fault = Self.fault(answer, target) {
                Issue.record("\(target.path) \(fault)\n\(String(decoding: body, as: UTF8.self))")
            }
            counts[answer.status.code, default: 0] += 1
        }
        for status in [400, 422] { #expect(counts[status, default: 0] > 1_000, "\(counts)") }
        #expect(counts[200, default: 0] + counts[202, default: 0] > 1_000, "\(counts)")
    }
}
