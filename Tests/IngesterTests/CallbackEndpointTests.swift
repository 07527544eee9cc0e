import Determinism
import Foundation
import HTTPServer
import HTTPTypes
import Hummingbird
import InMemoryLogging
import Ingester
import JobCore
import Logging
import Messaging
import MessagingTesting
import RouterTesting
import Signing
import Store
import Testing

/// A broker that confirms after a time.
private struct SlowBroker: MessageBroker {
    let time: HandTime
    let milliseconds: Int64

    var faults: [String] { [] }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) { time.pass(milliseconds: milliseconds) }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        preconditionFailure("an endpoint only publishes")
    }
}

@Suite struct `The callback endpoint` {
    private struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var text: String
    }

    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let success = #"{"status": "success", "summary": "3 invoices"}"#

    private let store = MemoryCallbackStore()
    private let broker = MemoryBroker(now: now)
    private let log = InMemoryLogHandler()
    private let keys: SigningKeys
    private let endpoint: CallbackEndpoint
    private let id = ExecutionID.random()

    init() throws {
        let log = log
        keys = try Self.keys("main")
        endpoint = CallbackEndpoint(
            store: store, broker: broker, keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "test") { _ in log }, publishMaxMilliseconds: 60_000)
        store.set(.processing, of: id)
    }

    private static func keys(_ name: String) throws -> SigningKeys {
        try SigningKeys(parsing: name + ":" + Data(String(repeating: name, count: 8).utf8).base64EncodedString())
    }

    private func token(expiresAfterSeconds seconds: Int64 = 100, keys: SigningKeys? = nil) -> String {
        CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: seconds)).signed(with: keys ?? self.keys)
    }

    private func call(
        _ way: CallbackWay, _ body: String = success, token: String? = nil, contentType: String? = "application/json"
    ) async throws -> Answer {
        var headers = HTTPFields()
        headers[.contentType] = contentType
        let answer = try await way.send(
            to: endpoint, uri: "/callback/\(token ?? self.token())", headers: headers, body: Array(body.utf8))
        return Answer(status: answer.status.code, headers: answer.headers, text: String(buffer: answer.body))
    }

    private var published: [InboundMessage] {
        broker.waiting(in: WorkQueue.ingesterReports(ReportLine(of: id)).rawValue)
    }

    /// Checks what every error has, and that nothing was published, and returns its body.
    private func expectError(_ answer: Answer, _ status: Int, _ code: String) throws -> ErrorBody {
        #expect(answer.status == status && answer.headers[.contentType] == "application/json")
        let body = try JSONDecoder().decode(ErrorBody.self, from: Data(answer.text.utf8))
        #expect(body.code == code && body.message.hasSuffix("."))
        #expect(answer.headers[try #require(HTTPField.Name("X-Request-Id"))] == body.requestID)
        #expect(body.requestID.wholeMatch(of: #/[0-9a-f]{16}/#) != nil)
        let line = try #require(log.entries.first { $0.metadata["request_id"] == "\(body.requestID)" })
        #expect(line.metadata["status"] == "\(status)" && line.metadata["path"] == "/callback/{token}")
        #expect(published.isEmpty)
        return body
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 202 once the broker has one message with the body, the execution and the time`(
        way: CallbackWay
    )
        async throws
    {
        let answer = try await call(way)
        #expect(answer.status == 202 && answer.text.isEmpty)
        let message = try #require(published.first)
        #expect(published.count == 1 && message.routingKey == RoutingKey.report(.callbackReceived, ReportLine(of: id)))
        #expect(message.body == Array(Self.success.utf8) && message.id?.isEmpty == false)
        #expect(message.headers[Header.execution] == "\(id)")
        #expect(message.headers[Header.receivedAt] == "\(Self.now.millisecondsSinceEpoch)")
        #expect(log.entries.isEmpty)
    }

    @Test(arguments: [ExecutionStatus.pending, .invoked, .processing], CallbackWay.allCases)
    func `the callback endpoint answers 202 while the execution is open`(status: ExecutionStatus, way: CallbackWay)
        async throws
    {
        store.set(status, of: id)
        #expect(try await call(way, #"{"status": "processing", "progress": 40}"#).status == 202)
        #expect(published.count == 1)
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 401 to a malformed and a forged token`(way: CallbackWay) async throws {
        let forged = try Self.keys("other")
        for (token, reason) in [
            ("v1.main.x.y", CallbackToken.Refusal.malformed.rawValue),
            ("x", CallbackToken.Refusal.malformed.rawValue),
            (token(keys: forged), CallbackToken.Refusal.forged.rawValue),
            (String(token().dropLast(4)) + "AAAA", CallbackToken.Refusal.forged.rawValue),
        ] {
            let body = try expectError(try await call(way, token: token), 401, "unauthorized")
            #expect(body.message.contains(reason), "\(body.message)")
            #expect(body.errors.isEmpty && body.status == nil)
        }
    }

    @Test(arguments: CallbackWay.allCases)
    func `a token stays valid as long as its run is open, and is then refused with 401 once it has expired`(
        way: CallbackWay
    )
        async throws
    {
        let expired = token(expiresAfterSeconds: 0)
        #expect(try await call(way, #"{"status": "processing"}"#, token: expired).status == 202)
        broker.rearrange(WorkQueue.ingesterReports(ReportLine(of: id)).rawValue) { $0 = [] }
        store.set(.success, of: id)
        let body = try expectError(try await call(way, token: expired), 401, "unauthorized")
        #expect(body.message.contains("the token has expired"))
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 503 when the confirm comes too late to stand before an expiry`(way: CallbackWay)
        async throws
    {
        let (keys, id, store) = (keys, id, store)
        func status(confirmedAfter milliseconds: Int64) async throws -> Int {
            let time = HandTime(Self.now)
            let slow = SlowBroker(time: time, milliseconds: milliseconds)
            let endpoint = CallbackEndpoint(
                store: store, broker: slow, keys: keys, time: time,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, publishMaxMilliseconds: 60_000)
            let token = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 9)).signed(with: keys)
            return try await way.send(
                to: endpoint, uri: "/callback/\(token)", headers: [.contentType: "application/json"],
                body: Array(Self.success.utf8)
            ).status.code
        }
        #expect(try await status(confirmedAfter: ExecutionState.confirmMaxMilliseconds) == 202)
        #expect(try await status(confirmedAfter: ExecutionState.confirmMaxMilliseconds + 1) == 503)
    }

    @Test(arguments: [ExecutionStatus.success, .fail], CallbackWay.allCases)
    func `the callback endpoint answers 410 with the status when the execution is over`(
        status: ExecutionStatus, way: CallbackWay
    )
        async throws
    {
        store.set(status, of: id)
        let body = try expectError(try await call(way), 410, "gone")
        #expect(body.status == status.rawValue && body.message == "The execution is over.")
        #expect(log.entries.first?.metadata["execution_id"] == "\(id)")
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 410 without a status when the execution is not on record`(way: CallbackWay)
        async throws
    {
        let other = CallbackToken(executionID: .random(), expiresAt: Self.now.adding(seconds: 1)).signed(with: keys)
        let body = try expectError(try await call(way, token: other), 410, "gone")
        #expect(body.status == nil && body.message == "The execution is no longer on record.")
    }

    @Test(
        arguments: [nil, "text/plain", "application/jsonp", "application/x-www-form-urlencoded"], CallbackWay.allCases)
    func `the callback endpoint answers 415 to a body that is not declared as JSON`(
        contentType: String?, way: CallbackWay
    ) async throws {
        let body = try expectError(try await call(way, contentType: contentType), 415, "unsupported_media_type")
        #expect(body.message == "Send Content-Type: application/json.")
    }

    @Test(
        arguments: ["application/json", "Application/JSON; charset=utf-8", "application/json ;charset=utf-8"],
        CallbackWay.allCases)
    func `the callback endpoint accepts the media type in any case and with parameters`(
        contentType: String, way: CallbackWay
    )
        async throws
    {
        #expect(try await call(way, contentType: contentType).status == 202)
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 413 to a body of more than 256 KiB, and accepts 256 KiB`(way: CallbackWay)
        async throws
    {
        func body(_ bytes: Int) -> String {
            Self.success + String(repeating: " ", count: bytes - Self.success.utf8.count)
        }
        _ = try expectError(try await call(way, body(Limits.callbackBytesMax + 1)), 413, "too_large")
        #expect(try await call(way, body(Limits.callbackBytesMax)).status == 202)
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 422 with each mistake and its code`(way: CallbackWay) async throws {
        let answer = try await call(
            way, #"{"status": "processing", "progress": 101, "extend_seconds": "x", "state2": 1}"#)
        let body = try expectError(answer, 422, "invalid")
        #expect(
            Set(body.errors.map { [$0.field, $0.code] }) == [
                ["/progress", "out_of_range"], ["/extend_seconds", "wrong_type"], ["/state2", "unknown_field"],
            ])
        #expect(body.errors.allSatisfy { !$0.message.isEmpty })
    }

    @Test(arguments: ["{", "", "[]", "success"], CallbackWay.allCases)
    func `the callback endpoint answers 400 to a body that is not a JSON object`(text: String, way: CallbackWay)
        async throws
    {
        let body = try expectError(try await call(way, text), 400, "unreadable")
        #expect(body.errors.map(\.field) == [""])
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 503 with Retry-After while the broker is unavailable`(way: CallbackWay)
        async throws
    {
        broker.setAvailable(false)
        let answer = try await call(way)
        _ = try expectError(answer, 503, "unavailable")
        #expect(answer.headers[.retryAfter] == "2" && !answer.text.contains("switched off"))
        let line = try #require(log.entries.first)
        #expect(line.level == .warning && line.metadata["execution_id"] == "\(id)")
        #expect(line.metadata["error"] == "\(PublishError.unavailable("switched off"))")
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 503 with Retry-After while the store is unavailable, and names no path`(
        way: CallbackWay
    )
        async throws
    {
        let error = StoreError.unavailable("/var/lib/secret/belfry.sqlite: disk I/O error")
        store.fail(with: error)
        let answer = try await call(way)
        _ = try expectError(answer, 503, "unavailable")
        #expect(answer.headers[.retryAfter] == "2" && !answer.text.contains("secret"))
        let line = try #require(log.entries.first)
        #expect(line.metadata["error"] == "\(error)")
    }

    @Test(arguments: CallbackWay.allCases)
    func `the callback endpoint answers 500 when the store is unusable, and names no path`(way: CallbackWay)
        async throws
    {
        store.fail(with: .unusable("/var/lib/secret/belfry.sqlite is not a store"))
        let answer = try await call(way)
        let body = try expectError(answer, 500, "internal")
        #expect(body.message == "Internal error. Quote the request id \(body.requestID) to the operator.")
        #expect(answer.headers[.retryAfter] == nil && !answer.text.contains("secret"))
        #expect(log.entries.first?.level == .error)
    }

    @Test func `the callback endpoint answers other paths and methods in the same shape, and logs no token`()
        async throws
    {
        let (path, other) = ("/callback/\(token())", "/")
        let client = RouterClient(RouteResponder(endpoint.router()))
        for (uri, method, status, code) in [
            (path, HTTPRequest.Method.get, HTTPResponse.Status.methodNotAllowed, "method_not_allowed"),
            (other, .post, .notFound, "not_found"), (path + "/x", .post, .notFound, "not_found"),
        ] {
            let response = try await client.execute(uri: uri, method: method)
            let body = try JSONDecoder().decode(ErrorBody.self, from: Data(String(buffer: response.body).utf8))
            #expect(response.status == status && body.code == code)
        }
        #expect(log.entries.count == 3 && log.entries.allSatisfy { !"\($0.metadata)".contains("v1.main") })
    }
}
