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
        try await withSubscription(answers, HandTime(Self.start)) { server, subscription in
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
        try await withSubscription([.init(status: 200, body: answer)], SystemTime()) { _, subscription in
            let batch = try await subscription.next(limit: 100)
            #expect(batch.count == 10 && batch.allSatisfy { $0.body == body })
        }
    }

    @Test func `asks for one message after a failed answer, and for more once messages have come`() async throws {
        let answers = [
            ScriptedServer.Answer(status: 500, body: ""), .init(status: 200, body: "{}"),
            .init(status: 200, body: Self.message),
        ]
        try await withSubscription(answers, HandTime(Self.start)) { server, subscription in
            for _ in 0..<5 { _ = try await subscription.next(limit: 100) }
            let asked = server.requests.map { $0.body["MaxNumberOfMessages"]?.integer }
            #expect(asked == [10, 1, 1, 2, 4, 8, 10])
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
}
