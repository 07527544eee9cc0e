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

    @Test(arguments: [UInt64(1), 2, 3, 4]) func `get an answer of the document`(seed: UInt64) async throws {
        let keys = try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
        let id = ExecutionID.random()
        let store = MemoryCallbackStore()
        store.set(.processing, of: id)
        let endpoint = CallbackEndpoint(
            store: store, broker: ForgetfulBroker(), keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "none") { _ in SwiftLogNoOpLogHandler() })
        let token = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 100)).signed(with: keys)
        let mutator = DocumentMutator(Self.documents)
        let client = RouterClient(RouteResponder(endpoint.router()))
        var random = SplitMix64(seed: seed)
        var counts: [Int: Int] = [:]
        for _ in 0..<12_500 {
            let body = mutator.body(&random)
            let answer = try await client.execute(
                uri: "/callback/\(token)", method: .post, headers: [.contentType: "application/json"],
                body: ByteBuffer(bytes: body))
            if let fault = Self.fault(answer) {
                Issue.record("\(fault)\n\(String(decoding: body, as: UTF8.self))")
            }
            counts[answer.status.code, default: 0] += 1
        }
        for status in [202, 400, 422] { #expect(counts[status, default: 0] > 1_000, "\(counts)") }
    }
}
