import Determinism
import Foundation
import HTTPServer
import HTTPTypes
import Hummingbird
import JSON
import JobCore
import Logging
import MessagingTesting
import OpenAPI
import RouterTesting
import Signing
import Store
import TestServers
import Testing

@testable import Ingester

/// Guarantee: the OpenAPI document of the callback endpoint has its routes, its answers and its bounds.
@Suite struct `The description of the callback endpoint` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    private let store = MemoryCallbackStore()
    private let endpoint: CallbackEndpoint
    private let token: String
    private let id: ExecutionID

    init() throws {
        let keys = try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
        let id = ExecutionID.random()
        token = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 100)).signed(with: keys)
        endpoint = CallbackEndpoint(
            store: store, broker: MemoryBroker(now: Self.now), keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "none") { _ in SwiftLogNoOpLogHandler() }, publishMaxMilliseconds: 60_000)
        store.set(.processing, of: id)
        self.id = id
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String = "application/json"
    ) async throws -> RouterAnswer {
        try await RouterClient(RouteResponder(endpoint.router())).execute(
            uri: path, method: method, headers: [.contentType: type], body: body.map { ByteBuffer(string: $0) })
    }

    private static func line(_ operation: String, _ answer: RouterAnswer) -> String {
        let headers = answer.headers.map { ($0.name.rawName.lowercased(), JSONValue.string($0.value)) }
        return JSONValue.object([
            "operation": .string(operation), "status": .integer(Int64(answer.status.code)),
            "body": .string(String(buffer: answer.body)), "headers": .object(Dictionary(headers) { $1 }),
        ]).text
    }

    @Test func `is served, and has an operation for each route`() async throws {
        let answer = try await send(.get, "/openapi.json")
        #expect(answer.status == .ok && answer.headers[.contentType] == "application/json")
        #expect(try await send(.head, "/openapi.json").status == .ok)
        let document = try JSONValue(parsing: Array(answer.body.readableBytesView), limits: .trusted)
        guard case .object(let paths)? = document["paths"] else { return }
        let operations = paths.flatMap { path, methods -> [String] in
            guard case .object(let operations) = methods else { return [] }
            return operations.keys.map { "\($0.uppercased()) \(path)" }
        }
        let routes = endpoint.router().routes.map { route in
            "\(route.method.rawValue) /" + "\(route.path)".split(separator: "/").joined(separator: "/")
        }
        #expect(operations.sorted() == routes.sorted())
        #expect(document["webhooks"]?["invocation"]?["post"]?["operationId"] == .string("receiveInvocation"))
    }

    @Test func `has all answers of its operations`() async throws {
        let path = "/callback/\(token)"
        var lines = [Self.line("getDescription", try await send(.get, "/openapi.json"))]
        func take(_ answer: RouterAnswer) { lines.append(Self.line("sendCallback", answer)) }
        lines.append(Self.line("nameEndpoint", try await send(.get, "/callback")))
        let heartbeat = #"{"status": "processing"}"#
        for body in [heartbeat, "{", "{}", String(repeating: " ", count: 300_000)] {
            take(try await send(.post, path, body))
        }
        take(try await send(.post, path + "x", heartbeat))
        take(try await send(.post, path, heartbeat, type: "text/plain"))
        store.set(.success, of: id)
        take(try await send(.post, path, heartbeat))
        store.fail(with: .unavailable("locked"))
        take(try await send(.post, path, heartbeat))
        store.fail(with: .unusable("broken"))
        take(try await send(.post, path, heartbeat))
        let checked = try await DescribedAnswers.check(
            document: CallbackDescription.document.json.text, answers: lines)
        #expect(checked.faults == [] && checked.unseen == [])
    }

    /// The kinds of mistakes that a callback with this value has there.
    private static func mistakes(_ status: String, _ name: String, _ value: JSONValue) -> [FieldError.Code] {
        let body = JSONValue.object(["status": .string(status), name: value]).text
        do throws(InvalidDocument) {
            _ = try CallbackDocument.parse(Array(body.utf8))
            return []
        } catch {
            return error.errors.map(\.code)
        }
    }

    @Test func `has the fields of each status with their bounds`() throws {
        var boundCount = 0
        for name in CallbackSchemas.names {
            let schema = try #require(CallbackSchemas.all[name]?.json)
            guard case .object(let properties)? = schema["properties"] else { return }
            #expect(properties.count == 7)
            let status = try #require(properties["status"]?["const"]?.string)
            #expect(Self.mistakes(status, "colour", .null) == [.unknownField])
            for (field, property) in properties where field != "status" {
                #expect(Self.mistakes(status, field, .null) == [])
                let isIgnored = property["type"] == nil && property["anyOf"] == nil
                #expect(Self.mistakes(status, field, .array([])).isEmpty == isIgnored, "\(status) \(field)")
                if let low = property["minimum"]?.integer, let high = property["maximum"]?.integer {
                    boundCount += 1
                    let found = [low - 1, low, high, high + 1].map { Self.mistakes(status, field, .integer($0)).count }
                    #expect(found == [1, 0, 0, 1], "\(status) \(field)")
                }
                if let length = property["maxLength"]?.integer, length < Limits.callbackBytesMax {
                    boundCount += 1
                    let found = [length, length + 1].map {
                        Self.mistakes(status, field, .string(String(repeating: "a", count: Int($0)))).count
                    }
                    #expect(found == [0, 1], "\(status) \(field)")
                }
            }
        }
        #expect(boundCount == 4)
    }
}
