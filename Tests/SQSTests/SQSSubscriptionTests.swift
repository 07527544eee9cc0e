import Determinism
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import TestServers
import Testing

@testable import SQS

@Suite(.timeLimit(.minutes(3))) struct `A subscription to SQS` {
    private static let start = Instant(secondsSinceEpoch: 1_790_000_000)
    private static let message = #"""
        {"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"This is a test message",
        "MD5OfBody":"fafb00f5732ab283681e124bf8747ed1","Attributes":{"ApproximateReceiveCount":"9"}}]}
        """#

    @Test func `outlasts failures of SQS, and marks what was received before without suspecting it`() async throws {
        let answers = [
            ScriptedServer.Answer(status: 500, body: ""), .init(status: 403, body: ""), .init(status: 200, body: "<"),
            .init(status: 200, body: "{}"), .init(status: 200, body: Self.message),
        ]
        try await Self.with(answers, HandTime(Self.start)) { server, subscription in
            let batch = try await subscription.next(limit: 10)
            #expect(batch.map(\.id) == ["m"])
            #expect(batch.first?.isRedelivered == true && batch.first?.returnCount == 1)
            #expect(server.requests.count == answers.count)
            await subscription.restart()
            await subscription.acknowledge(batch.map(\.tag))
            #expect(server.requests.count == answers.count, "what was given back is not deleted")
        }
    }

    @Test func `reads ten messages of 1 MiB in one answer, with many characters escaped`() async throws {
        let plain = String(repeating: "a", count: 1_024 * 1_024 - 150_000)
        let escaped = String(repeating: #"\u0022"#, count: 150_000) + plain
        let body = Array((String(repeating: "\"", count: 150_000) + plain).utf8)
        let md5 = SQSMessage.md5(of: body)
        let message = #"{"MessageId":"m","ReceiptHandle":"h","MD5OfBody":"\#(md5)","Body":"\#(escaped)"}"#
        let answer = #"{"Messages":[\#(Array(repeating: message, count: 10).joined(separator: ","))]}"#
        #expect(answer.utf8.count > 17 * 1_024 * 1_024)
        try await Self.with([.init(status: 200, body: answer)], SystemTime()) { _, subscription in
            let batch = try await subscription.next(limit: 100)
            #expect(batch.count == 10 && batch.allSatisfy { $0.body == body })
        }
    }

    @Test func `asks for one message after a failed answer, and for more once messages have come`() async throws {
        let answers = [
            ScriptedServer.Answer(status: 500, body: ""), .init(status: 200, body: "{}"),
            .init(status: 200, body: Self.message),
        ]
        try await Self.with(answers, HandTime(Self.start)) { server, subscription in
            for _ in 0..<5 { _ = try await subscription.next(limit: 100) }
            let asked = server.requests.map { $0.body["MaxNumberOfMessages"]?.integer }
            #expect(asked == [10, 1, 1, 2, 4, 8, 10])
        }
    }

    @Test func `deletes ever less often while SQS refuses it, logs less and less, and holds no message back`()
        async throws
    {
        let (received, refused) = (
            ScriptedServer.Answer(status: 200, body: Self.message), ScriptedServer.Answer(status: 403, body: "")
        )
        let deleted = ScriptedServer.Answer(status: 200, body: "{}")
        let time = HandTime(Self.start)
        let log = InMemoryLogHandler()
        let answers = [
            received, refused, refused, refused, received, received, refused, received, deleted, received, deleted,
        ]
        let logger = Logger(label: "test") { _ in log }
        try await Self.with(answers, time, logger) { server, subscription async throws in
            /// The requests to delete that one more message leads to.
            func deletions() async throws -> Int {
                let before = server.requests.count
                let batch = try await subscription.next(limit: 10)
                await subscription.acknowledge(batch.map(\.tag))
                return server.requests.dropFirst(before).count { $0.action == "DeleteMessageBatch" }
            }
            #expect(try await deletions() == 3, "a failure may be over soon")
            let begun = time.monotonicMilliseconds()
            #expect(try await deletions() == 0, "a refusal is not asked for again with each message")
            #expect(time.monotonicMilliseconds() == begun)
            time.pass(milliseconds: 30_000)
            #expect(try await deletions() == 1)
            #expect(log.entries.map(\.level) == [.warning, .warning, .warning], "the tries 1, 2 and 4")
            time.pass(milliseconds: 30_000)
            #expect(try await deletions() == 1)
            #expect(log.entries.last?.message == "SQS deletes messages again")
            #expect(try await deletions() == 1)
            #expect(log.entries.count == 4 && server.requests.count == answers.count)
        }
    }

    @Test func `ends its wait when it is cancelled`() async throws {
        let queue = try SQSQueueURL("http://127.0.0.1:9/123456789012/callbacks", endpoint: "http://127.0.0.1:9")
        try await withSQSClient { client in
            let subscription = SQSSubscription(
                client: client, queue: queue, exchange: "x", attributes: [], time: SystemTime(),
                logger: Logger(label: "test"))
            let task = Task { try await subscription.next(limit: 10) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    private static func with(
        _ answers: [ScriptedServer.Answer], _ time: any TimeSource, _ logger: Logger = Logger(label: "test"),
        _ body: (ScriptedServer, SQSSubscription) async throws -> Void
    ) async throws {
        try await ScriptedServer.with(answers) { server in
            let queue = try SQSQueueURL("\(server.url)/123456789012/callbacks", endpoint: server.url)
            try await withSQSClient(time: time) { client in
                let subscription = SQSSubscription(
                    client: client, queue: queue, exchange: "x", attributes: [], time: time, logger: logger)
                try await body(server, subscription)
            }
        }
    }
}
