import HTTPTypes
import Hummingbird
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import Store
import Testing

@testable import StageKit

@Suite struct `An error of the admin API` {
    /// A request that fails, and how.
    struct Failure: Sendable, CustomTestStringConvertible {
        var code: APIErrorCode
        var status: Int
        var method: HTTPRequest.Method
        var path: String
        var body: String?
        var key = ConsoleAPI.Key.admin
        var contentType = "application/json"
        var arrange: @Sendable (ConsoleAPI) -> Void = { _ in }

        var testDescription: String { "\(status) \(code.rawValue): \(method) \(path)" }

        func send(_ api: ConsoleAPI) async throws -> ConsoleAPI.Answer {
            arrange(api)
            let path = path.replacing("{id}", with: "\(api.execution.id)")
            return try await api.send(method, path, body, key: key, contentType: contentType)
        }
    }

    private static let job = "/services/billing/jobs/invoices"

    private static let failures: [Failure] = [
        Failure(code: .unreadable, status: 400, method: .put, path: job, body: "{"),
        Failure(code: .unreadable, status: 400, method: .put, path: job, body: "[]"),
        Failure(code: .unreadable, status: 400, method: .post, path: job + "/run", body: "[]"),
        Failure(code: .unauthorized, status: 401, method: .get, path: job, key: .none),
        Failure(code: .forbidden, status: 403, method: .get, path: job, key: .other),
        Failure(code: .forbidden, status: 403, method: .delete, path: job, key: .read),
        Failure(code: .notFound, status: 404, method: .get, path: "/services/billing/jobs/none"),
        Failure(code: .notFound, status: 404, method: .delete, path: "/services/billing/jobs/none"),
        Failure(code: .notFound, status: 404, method: .post, path: "/services/billing/jobs/none/run"),
        Failure(code: .notFound, status: 404, method: .get, path: "/executions/none"),
        Failure(code: .notFound, status: 404, method: .get, path: "/executions/\(ExecutionID.random())"),
        Failure(code: .notFound, status: 404, method: .get, path: "/nothing"),
        Failure(code: .methodNotAllowed, status: 405, method: .delete, path: "/jobs"),
        Failure(code: .conflict, status: 409, method: .post, path: "/executions/{id}/cancel") { api in
            api.store.change { $0.executions[0].state.status = .success }
        },
        Failure(
            code: .preconditionFailed, status: 412, method: .post, path: "/jobs:batch",
            body: #"{"delete": [{"service_name": "billing", "job_name": "none", "etag": "x"}]}"#),
        Failure(
            code: .tooLarge, status: 413, method: .put, path: job,
            body: String(repeating: " ", count: 2 * 1_024 * 1_024 + 1)
        ),
        Failure(
            code: .unsupportedMediaType, status: 415, method: .put, path: job, body: ConsoleAPI.document,
            contentType: "text/plain"),
        Failure(code: .invalid, status: 422, method: .put, path: job, body: "{}"),
        Failure(code: .invalid, status: 422, method: .put, path: job + "?x=1", body: ConsoleAPI.document),
        Failure(code: .invalid, status: 422, method: .get, path: "/services/a%20b/jobs/invoices"),
        Failure(code: .invalid, status: 422, method: .get, path: "/jobs?limit=0"),
        Failure(code: .invalid, status: 422, method: .post, path: job + "/run", body: #"{"payload": 1}"#),
        Failure(code: .internal, status: 500, method: .get, path: "/jobs") { api in
            api.store.change { $0.failure = .unusable(secretPath) }
        },
        Failure(code: .unreadableRecord, status: 500, method: .get, path: job) { api in
            api.store.change { $0.failure = .unusable(secretPath) }
        },
        Failure(
            code: .unreadableRecord, status: 500, method: .get, path: "/executions/\(ExecutionID.random())"
        ) { api in
            api.store.change { $0.failure = .unusable(secretPath) }
        },
        Failure(code: .internal, status: 500, method: .get, path: "/nothing") { api in
            api.store.change { $0.keyFailure = .unusable(secretPath) }
        },
        Failure(code: .unavailable, status: 503, method: .get, path: job) { api in
            api.store.change { $0.failure = .unavailable(secretPath) }
        },
        Failure(code: .unavailable, status: 503, method: .get, path: job) { api in
            api.store.change { $0.keyFailure = .unavailable(secretPath) }
        },
        Failure(code: .unavailable, status: 503, method: .post, path: job + "/run") { api in
            api.memory.setAvailable(false)
        },
        Failure(code: .unavailable, status: 503, method: .post, path: "/executions/{id}/cancel") { api in
            api.memory.setAvailable(false)
        },
    ]

    private static let secretPath = "/var/lib/secret/belfry.sqlite: SQLite error 10"
    private static let secretHost = "amqps://user:password@broker.internal:5671"

    @Test(arguments: failures)
    func `has a code, a message and the request id that its header and its log line have`(
        failure: Failure
    ) async throws {
        let api = ConsoleAPI()
        let answer = try await failure.send(api)
        let body = try answer.body
        #expect(answer.status == failure.status && body["code"]?.string == failure.code.rawValue)
        #expect(answer.headers[.contentType] == "application/json")
        #expect(body["message"]?.string?.hasSuffix(".") == true)
        let id = try #require(body["request_id"]?.string)
        #expect(id.wholeMatch(of: #/[0-9a-f]{16}/#) != nil)
        #expect(answer.headers[try #require(HTTPField.Name("X-Request-Id"))] == id)
        let line = try #require(api.log.entries.first { $0.metadata["request_id"] == "\(id)" })
        #expect(line.message == "request failed" && line.metadata["status"] == "\(failure.status)")
        let errors = try #require(body["errors"])
        #expect(errors.array.isEmpty == ![.unreadable, .invalid, .preconditionFailed].contains(failure.code))
        for error in errors.array {
            #expect(error["field"]?.string != nil && error["message"]?.string != nil)
            #expect(FieldError.Code(rawValue: error["code"]?.string ?? "") != nil)
        }
        #expect(answer.headers[.retryAfter] == (failure.status == 503 ? "2" : nil))
        #expect(!answer.text.contains("secret") && !answer.text.contains("SQLite"))
    }

    @Test func `covers every code but those that need a callback or many requests at once`() {
        let others = Set(APIErrorCode.allCases).subtracting([.gone, .tooManyRequests])
        #expect(Set(Self.failures.map(\.code)) == others)
        #expect(
            APIErrorCode.allCases.map(\.status.code)
                == [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429, 500, 500, 503])
        #expect(APIErrorCode.allCases.allSatisfy { $0.rawValue.wholeMatch(of: #/[a-z_]+/#) != nil })
    }

    private static let publishErrors: [(PublishError, Int)] = [
        (.unavailable(secretHost), 503), (.refused, 503),
        (.unroutable(exchange: "secret-exchange", routingKey: "secret.key"), 503), (.unsendable(secretHost), 500),
    ]

    @Test(arguments: publishErrors)
    func `of the broker names no host, exchange or routing key, and the log does`(
        error: PublishError, status: Int
    ) async throws {
        let api = ConsoleAPI(broker: FailingBroker(error: error))
        for path in ["\(Self.job)/run", "/executions/\(api.execution.id)/cancel"] {
            let answer = try await api.send(.post, path)
            #expect(answer.status == status)
            #expect(!answer.text.contains("secret") && !answer.text.contains("internal:"))
            #expect(!answer.text.contains("password") && !answer.text.contains("queue"))
            let id = try #require(try answer.body["request_id"]?.string)
            let line = try #require(api.log.entries.first { $0.metadata["request_id"] == "\(id)" })
            #expect(line.metadata["error"] == "\(error)" && line.level == (status == 503 ? .warning : .error))
        }
    }

    @Test(arguments: [StoreError.unavailable(secretPath), .unusable(secretPath)])
    func `of the store names no path and no driver, and the log does`(error: StoreError) async throws {
        let api = ConsoleAPI()
        api.store.change { $0.failure = error }
        let answer = try await api.send(.get, "/jobs")
        let id = try #require(try answer.body["request_id"]?.string)
        let line = try #require(api.log.entries.first { $0.metadata["request_id"] == "\(id)" })
        #expect(line.metadata["error"] == "\(error)" && line.metadata["path"] == "/jobs")
        if case .unusable = error {
            let message = "Internal error. Quote the request id \(id) to the operator."
            #expect(try answer.body["message"] == .string(message) && line.level == .error)
        } else {
            let message = "Belfry is temporarily unavailable. Send the same request again."
            #expect(try answer.body["message"] == .string(message) && line.level == .warning)
        }
    }

    @Test func `that nobody foresaw shows nothing of itself`() throws {
        struct Surprise: Error { var secret = "secret" }
        let failure = APIError(Surprise())
        #expect(failure.code == .internal && failure.message == "Internal error.")
        let details = failure.details.description
        #expect(details.contains("secret"))
    }

    @Test func `names every mistake in a document and in a query at once`() async throws {
        let api = ConsoleAPI()
        let document = try await api.send(.put, Self.job, #"{"async": false, "enabled": 1, "shedule": "x"}"#)
        let found = try (document.body["errors"]?.array ?? []).map { [$0["field"]?.string, $0["code"]?.string] }
        for expected in [
            ["/async", "not_allowed"], ["/enabled", "wrong_type"], ["/exclusive", "missing"],
            ["/shedule", "unknown_field"],
        ] {
            #expect(found.contains(expected))
        }
        let query = try await api.send(.get, "/executions?limit=101&status=done&since=today&label=x")
        #expect(
            Set(try (query.body["errors"]?.array ?? []).map { [$0["field"]?.string, $0["code"]?.string] }) == [
                ["/limit", "out_of_range"], ["/status", "not_allowed"], ["/since", "invalid"],
                ["/label", "unknown_field"],
            ])
    }

    @Test func `is the only answer with a line of its own, and every answer has a request id`() async throws {
        let api = ConsoleAPI()
        let name = try #require(HTTPField.Name("X-Request-Id"))
        let ids = Set([
            try await api.send(.get, "/jobs").headers[name], try await api.send(.get, "/jobs").headers[name],
            try await api.send(.get, "/nothing").headers[name],
        ])
        #expect(ids.count == 3 && !ids.contains(nil))
        #expect(api.log.entries.count == 1)
    }
}
