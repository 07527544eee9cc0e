import Messaging

/// A broker that refuses every publish with the same error.
struct FailingBroker: MessageBroker {
    let error: PublishError

    var faults: [String] { [error.description] }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) { throw error }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        NoSubscription()
    }

    private struct NoSubscription: MessageSubscription {
        func next(limit: Int) async throws -> [InboundMessage] { throw CancellationError() }
        func acknowledge(_ tags: [MessageTag]) async {}
        func restart() async {}
    }
}
