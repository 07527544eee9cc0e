import Determinism
import InMemoryLogging
import JobCore
import Logging
import Messaging
import TestServers
import Testing

@testable import SQS

@Suite(.timeLimit(.minutes(3))) struct `A subscription to SQS deletes what is acked` {
    private static let refused = ScriptedServer.Answer(status: 403, body: "")
    private static let deleted = ScriptedServer.Answer(status: 200, body: "{}")

    private let time = HandTime(Instant(secondsSinceEpoch: 1_790_000_000))
    private let log = InMemoryLogHandler()

    private var logger: Logger { Logger(label: "test") { [log] _ in log } }

    /// An answer with a message for each receipt handle.
    private static func received(_ handles: ClosedRange<Int>) -> ScriptedServer.Answer {
        let messages = handles.map {
            #"{"MessageId":"m","ReceiptHandle":"\#($0)","Body":"{}","MD5OfBody":"99914b932bd37a50b983c5e7c90ae93b"}"#
        }
        return .init(status: 200, body: #"{"Messages":[\#(messages.joined(separator: ","))]}"#)
    }

    /// The answer to a call that deletes all but the first message of the batch.
    private static let firstFailed = ScriptedServer.Answer(
        status: 200,
        body: #"{"Successful":[],"Failed":[{"Id":"0","SenderFault":true,"Code":"ReceiptHandleIsInvalid"}]}"#)

    /// Takes a batch and acks it. Returns the handles of each call to delete that this leads to.
    private func pass(_ server: ScriptedServer, _ subscription: SQSSubscription) async throws -> [[Int]] {
        let before = server.requests.count
        await subscription.acknowledge(try await subscription.next(limit: 10).map(\.tag))
        return server.requests.dropFirst(before).filter { $0.action == "DeleteMessageBatch" }.map { request in
            (request.body["Entries"]?.array ?? []).compactMap { $0["ReceiptHandle"]?.string.flatMap { Int($0) } }
        }
    }

    @Test func `ever less often while SQS refuses it, logs less and less, and holds no message back`() async throws {
        let answers = [
            Self.received(1...1), Self.refused, Self.refused, Self.refused, Self.received(2...2), Self.refused,
            Self.received(3...3), Self.deleted, Self.received(4...4), Self.deleted, Self.received(5...5), Self.deleted,
        ]
        try await withSubscription(answers, time, logger) { server, subscription async throws in
            #expect(try await pass(server, subscription) == [[1], [1], [1]], "a failure may be over soon")
            let begun = time.monotonicMilliseconds()
            #expect(try await pass(server, subscription) == [], "a refusal is not asked for again with each message")
            #expect(time.monotonicMilliseconds() == begun)
            time.pass(milliseconds: 30_000)
            #expect(try await pass(server, subscription) == [[1, 2]])
            #expect(log.entries.map(\.level) == [.warning, .warning, .warning], "the tries 1, 2 and 4")
            time.pass(milliseconds: 30_000)
            #expect(try await pass(server, subscription) == [[1, 2, 3], [4]], "nothing is forgotten")
            #expect(log.entries.last?.message == "SQS deletes messages again")
            #expect(try await pass(server, subscription) == [[5]])
            #expect(log.entries.count == 4 && server.requests.count == answers.count)
        }
    }

    @Test func `at once, though SQS can't delete another message of the batch for good`() async throws {
        let answers = [
            Self.received(1...3), Self.firstFailed, Self.received(4...4), Self.firstFailed, Self.received(5...6),
            Self.firstFailed, Self.received(7...7), Self.firstFailed, Self.received(8...8), Self.deleted,
        ]
        try await withSubscription(answers, time, logger) { server, subscription async throws in
            let begun = time.monotonicMilliseconds()
            for handles in [[1, 2, 3], [4], [5, 6], [7], [8]] {
                #expect(try await pass(server, subscription) == [handles])
            }
            #expect(time.monotonicMilliseconds() == begun)
            #expect(log.entries.map(\.level) == [.warning, .warning, .warning], "the answers 1, 2 and 4")
            #expect(log.entries.first?.metadata["error"] == "ReceiptHandleIsInvalid")
        }
    }

    @Test func `by ten, and tries those last that it could not delete`() async throws {
        let answers = [
            Self.received(1...10), Self.refused, Self.refused, Self.refused, Self.received(11...20), Self.refused,
            Self.received(21...25), Self.deleted, Self.deleted, Self.deleted, Self.received(26...26), Self.deleted,
        ]
        try await withSubscription(answers, time, logger) { server, subscription async throws in
            let first = Array(1...10)
            #expect(try await pass(server, subscription) == [first, first, first])
            #expect(try await pass(server, subscription) == [])
            time.pass(milliseconds: 30_000)
            #expect(try await pass(server, subscription) == [first])
            time.pass(milliseconds: 30_000)
            #expect(try await pass(server, subscription) == [Array(11...20), first, Array(21...25), [26]])
        }
    }

    @Test func `and after a long outage the last thousand only`() async throws {
        let outage = (0..<101).map { Self.received((10 * $0 + 1)...(10 * $0 + 10)) }
        let answers =
            [outage[0], Self.refused, Self.refused, Self.refused] + outage.dropFirst()
            + Array(repeating: Self.deleted, count: 100) + [Self.received(2_000...2_000), Self.deleted]
        try await withSubscription(answers, time, logger) { server, subscription async throws in
            _ = try await pass(server, subscription)
            for _ in 1..<101 { #expect(try await pass(server, subscription) == []) }
            time.pass(milliseconds: 30_000)
            let calls = try await pass(server, subscription)
            #expect(calls.flatMap(\.self) == Array(11...1_010) + [2_000] && calls.count == 101)
        }
    }

    @Test func `also when the messages in hand were given back meanwhile`() async throws {
        let answers = [
            Self.received(1...1), Self.refused, Self.refused, Self.refused, Self.received(2...2), Self.deleted,
            Self.received(3...3), Self.deleted,
        ]
        try await withSubscription(answers, time, logger) { server, subscription async throws in
            _ = try await pass(server, subscription)
            let inHand = try await subscription.next(limit: 10)
            await subscription.restart()
            await subscription.acknowledge(inHand.map(\.tag))
            time.pass(milliseconds: 30_000)
            #expect(try await pass(server, subscription) == [[1], [3]])
        }
    }
}
