import Determinism
import Foundation
import Fuzzing
import HTTPServer
import HTTPTypes
import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import RouterTesting
import Signing
import StageKit
import TestServers
import Testing

@testable import Ingester

/// A broker that takes everything and keeps nothing.
private struct ForgetfulBroker: MessageBroker {
    var faults: [String] { [] }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {}

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        preconditionFailure("an endpoint only publishes")
    }
}

/// Guarantee: no body makes the callback endpoint answer otherwise than its document says.
@Suite struct `Random callbacks` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    private static let documents: [JSONValue] = [
        .object(["status": .string("processing"), "progress": .integer(40), "extend_seconds": .integer(600)]),
        .object([
            "status": .string("success"), "summary": .string("s"), "state": .string("7"),
            "correlation_id": .string("c"),
        ]),
        .object(["status": .string("fail"), "error": .object(["code": .integer(5)]), "summary": .string("s")]),
    ]

    private static func fault(_ answer: RouterAnswer) -> String? {
        let (status, text) = (answer.status.code, String(buffer: answer.body))
        guard [202, 400, 422].contains(status) else { return "answers \(status): \(text)" }
        guard status >= 400 else { return text.isEmpty ? nil : "has a body: \(text)" }
        guard let body = try? JSONValue(parsing: Array(text.utf8)), let code = body["code"]?.string,
            APIErrorCode(rawValue: code)?.status.code == status, body["message"]?.string?.isEmpty == false,
            let errors = body["errors"]?.array, !errors.isEmpty
        else { return "has no code of \(status), or no mistakes: \(text)" }
        let isShaped = errors.allSatisfy { error in
            error["code"]?.string.flatMap(FieldError.Code.init) != nil && error["field"]?.string != nil
                && error["message"]?.string?.isEmpty == false && error["hint"]?.string != nil
        }
        return isShaped ? nil : "has another shape: \(text)"
    }

    private let keys: SigningKeys
    private let token: String
    private let endpoint: CallbackEndpoint

    init() throws {
        keys = try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
        let id = ExecutionID.random()
        let store = MemoryCallbackStore()
        store.set(.processing, of: id)
        endpoint = CallbackEndpoint(
            store: store, broker: ForgetfulBroker(), keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "none") { _ in SwiftLogNoOpLogHandler() }, publishMaxMilliseconds: 60_000)
        token = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 100)).signed(with: keys)
    }

    /// Sends random bodies, a number of them at a time, and checks the answer to each.
    private func check(
        _ seed: UInt64, rounds: Int, size: Int, _ send: ([[UInt8]]) async throws -> [RouterAnswer]
    ) async throws {
        let mutator = DocumentMutator(Self.documents)
        var random = SplitMix64(seed: seed)
        var counts: [Int: Int] = [:]
        for _ in 0..<rounds {
            let bodies = (0..<size).map { _ in mutator.body(&random) }
            let answers = try await send(bodies)
            for (body, answer) in zip(bodies, answers) {
                if let fault = Self.fault(answer) {
                    Issue.record("\(fault)\n\(String(decoding: body, as: UTF8.self))")
                }
                counts[answer.status.code, default: 0] += 1
            }
        }
        for status in [202, 400, 422] { #expect(counts[status, default: 0] > rounds * size / 13, "\(counts)") }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4]) func `get an answer of the document`(seed: UInt64) async throws {
        let client = RouterClient(RouteResponder(endpoint.router()))
        try await check(seed, rounds: 12_500, size: 1) { bodies in
            [
                try await client.execute(
                    uri: "/callback/\(token)", method: .post, headers: [.contentType: "application/json"],
                    body: ByteBuffer(bytes: bodies[0]))
            ]
        }
    }

    @Test(arguments: [UInt64(5), 6]) func `that are pipelined get the same answers in order`(seed: UInt64) async throws
    {
        let router = RouterClient(RouteResponder(endpoint.router()))
        let (uri, headers) = (
            "/callback/\(token)", HTTPFields([HTTPField(name: .contentType, value: "application/json")])
        )
        try await LiveServer.run(direct: endpoint.direct, router: { Router(context: PlainContext.self) }) { server in
            let client = try LiveClient(port: server.port)
            try await check(seed, rounds: 20, size: 250) { bodies in
                let bytes = bodies.flatMap {
                    LiveClient.request(uri: uri, method: .post, headers: headers, body: $0)
                }
                let answers = try await client.exchange(bytes, answers: bodies.count)
                for (body, answer) in zip(bodies, answers) {
                    let expected = try await router.execute(
                        uri: uri, method: .post, headers: headers, body: ByteBuffer(bytes: body))
                    #expect(answer.status == expected.status)
                    #expect(Self.withoutID(answer) == Self.withoutID(expected))
                }
                return answers
            }
        }
    }

    private static func withoutID(_ answer: RouterAnswer) -> String {
        String(buffer: answer.body).replacing(#/"request_id":"[0-9a-f]{16}"/#, with: "")
    }
}
