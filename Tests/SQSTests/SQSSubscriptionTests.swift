import Determinism
import JobCore
import Logging
import Messaging
import Testing

@testable import SQS

@Suite(.timeLimit(.minutes(1))) struct `A subscription to SQS` {
    private static let message = #"""
        {"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"This is a test message",
        "MD5OfBody":"fafb00f5732ab283681e124bf8747ed1","Attributes":{"ApproximateReceiveCount":"9"}}]}
        """#

    @Test func `outlasts failures of SQS, and marks what was received before without suspecting it`() async throws {
        let answers = [
            ScriptedServer.Answer(status: 500, body: ""), .init(status: 403, body: ""), .init(status: 200, body: "<"),
            .init(status: 200, body: "{}"), .init(status: 200, body: Self.message),
        ]
        try await ScriptedServer.with(answers) { server in
            let queue = try SQSQueueURL("\(server.url)/123456789012/callbacks", endpoint: server.url)
            let time = HandTime(Instant(secondsSinceEpoch: 1_790_000_000))
            try await withSQSClient(time: time) { client in
                let subscription = SQSSubscription(
                    client: client, queue: queue, exchange: "x", attributes: [], time: time,
                    logger: Logger(label: "test"))
                let batch = try await subscription.next(limit: 10)
                #expect(batch.map(\.id) == ["m"])
                #expect(batch.first?.isRedelivered == true && batch.first?.returnCount == 1)
                #expect(server.requests.count == answers.count)
                await subscription.restart()
                await subscription.acknowledge(batch.map(\.tag))
                #expect(server.requests.count == answers.count, "what was given back is not deleted")
            }
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
