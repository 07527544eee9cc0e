import Messaging

/// The subscription of a message that is handled in several parts: no part acks it.
struct UnackedSubscription: MessageSubscription {
    private let subscription: any MessageSubscription

    init(_ subscription: any MessageSubscription) {
        self.subscription = subscription
    }

    func next(limit: Int) async throws -> [InboundMessage] { try await subscription.next(limit: limit) }

    func acknowledge(_ tags: [MessageTag]) async {}

    func restart() async { await subscription.restart() }
}
