import BrokerAccess
import Commands
import JobCore
import Messaging
import SQS

/// A queue on SQS as a service reads it.
struct SQSInvocationQueue: InvocationQueue {
    private let client: SQSClient
    private let subscription: SQSSubscription

    init(_ queue: SQSQueueURL, settings: SQSSettings) {
        client = SQSOptions.client(settings)
        subscription = SQSSubscription(
            client: client, queue: queue, exchange: "", attributes: MockInvocation.attributes, time: SystemTime(),
            logger: OutputLogHandler.logger)
    }

    func run() async { await client.run() }

    func next(limit: Int) async throws -> [InboundMessage] { try await subscription.next(limit: limit) }

    func acknowledge(_ tags: [MessageTag]) async { await subscription.acknowledge(tags) }
}
