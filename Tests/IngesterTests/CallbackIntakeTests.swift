import Determinism
import Foundation
import JobCore
import Logging
import Messaging
import Signing
import StageKit
import Store
import Testing

@testable import Ingester

/// Guarantee: a callback that a service publishes itself counts as one that it posts.
@Suite struct `A callback that a service publishes` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let success = #"{"status": "success"}"#

    private let store = MemoryCallbackStore()
    private let keys: SigningKeys
    private let intake: CallbackIntake
    private let id = ExecutionID.random()

    init() throws {
        keys = try Self.keys("main")
        intake = CallbackIntake(
            store: store, keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        store.set(.processing, of: id)
    }

    private static func keys(_ name: String) throws -> SigningKeys {
        try SigningKeys(parsing: name + ":" + Data(String(repeating: name, count: 8).utf8).base64EncodedString())
    }

    private func message(
        _ text: String = success, token: String?? = nil, id messageID: String? = "mine"
    ) -> InboundMessage {
        let good = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 9)).signed(with: keys)
        return InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry.callbacks", routingKey: "any.thing",
            headers: (token ?? good).map { [Header.token: $0, Header.receivedAt: "1"] } ?? [:], id: messageID,
            body: Array(text.utf8))
    }

    private func deadLetter(_ message: InboundMessage) async throws -> DeadLetterReason? {
        let handled = try await intake.handle([message])
        #expect(handled.messages.isEmpty)
        return handled.dead.first?.reason
    }

    @Test func `is passed on with the execution of its token and the time of its receipt, whatever time it claims`()
        async throws
    {
        let handled = try await intake.handle([message()])
        let expected = CallbackReceived(
            executionID: id, receivedAt: Self.now, body: Array(Self.success.utf8),
            messageID: MessageID.callback(id, published: "mine", body: []))
        #expect(handled == HandledBatch(messages: [OutboundMessage(expected)]))
    }

    @Test func `has the same id when it is handled again, and another id with another body`() async throws {
        func ids(_ message: InboundMessage) async throws -> [String?] {
            try await intake.handle([message]).messages.map(\.id)
        }
        let once = try await ids(message(id: nil))
        #expect(try await ids(message(id: nil)) == once)
        #expect(try await ids(message(#"{"status": "fail"}"#, id: nil)) != once)
    }

    @Test func `is a dead letter, forbidden, without a valid token`() async throws {
        let foreign = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 9))
            .signed(with: try Self.keys("other"))
        for token in [nil, "", "v1.main.x.y", foreign] as [String?] {
            #expect(try await deadLetter(message(token: .some(token))) == .forbidden)
        }
    }

    @Test(arguments: ["{", #"{"status": "processing", "progress": 101}"#, ""])
    func `is a dead letter, unreadable, with a wrong body`(text: String) async throws {
        #expect(try await deadLetter(message(text)) == .unreadable)
    }

    @Test func `is a dead letter, unreadable, with a body of more than 256 KiB`() async throws {
        let spaces = String(repeating: " ", count: Limits.callbackBytesMax - Self.success.utf8.count)
        #expect(try await intake.handle([message(Self.success + spaces)]).messages.count == 1)
        #expect(try await deadLetter(message(Self.success + spaces + " ")) == .unreadable)
    }

    @Test func `is ignored when its execution is over, and a dead letter when its token has expired, too`()
        async throws
    {
        store.set(.success, of: id)
        #expect(try await intake.handle([message()]) == HandledBatch())
        let expired = CallbackToken(executionID: id, expiresAt: Self.now).signed(with: keys)
        #expect(try await deadLetter(message(token: expired)) == .forbidden)
        store.set(.invoked, of: id)
        #expect(try await intake.handle([message(token: expired)]).messages.count == 1)
    }

    @Test func `waits while the store is unavailable, and then no sign of life is published either`() async throws {
        let signs = SignsOfLife(store: store)
        let made = try await signs.pass(at: Self.now).messages.map(\.routingKey)
        #expect(made == ReportLine.allCases.map { RoutingKey.report(.signOfLife, $0) })
        store.fail(with: .unavailable("locked"))
        let batch = [message()]
        await #expect(throws: StoreError.self) { try await intake.handle(batch) }
        await #expect(throws: StoreError.self) { try await signs.pass(at: Self.now) }
    }
}
