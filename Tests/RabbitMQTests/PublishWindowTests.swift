import Messaging
import Testing

@testable import RabbitMQ

/// Guarantee: a dead letter is removed only if the broker has taken its replay.
@Suite struct `A window of published messages` {
    private static func window(_ keys: [String]) -> PublishWindow {
        PublishWindow(keys.map { AMQPMessage(exchange: "belfry", routingKey: $0, body: []) }, firstTag: 11)
    }

    @Test func `each message has the outcome that the broker told for it`() {
        var window = Self.window(["a", "b", "c", "d"])
        window.confirmed(tag: 12, multiple: false, isAccepted: false)
        window.returned(exchange: "belfry", routingKey: "c")
        #expect(!window.isSettled)
        window.confirmed(tag: 14, multiple: true, isAccepted: true)
        #expect(window.isSettled)
        #expect(
            window.outcomes[0] == .confirmed && window.outcomes[2] == .unroutable && window.outcomes[3] == .confirmed)
        #expect(window.outcomes[1] != .confirmed && window.outcomes[1] != .unroutable)
    }

    @Test func `a return counts for all messages that it may be about`() {
        var window = Self.window(["a", "b", "a"])
        window.returned(exchange: "other", routingKey: "a")
        window.confirmed(tag: 11, multiple: false, isAccepted: true)
        window.returned(exchange: "belfry", routingKey: "a")
        window.confirmed(tag: 13, multiple: true, isAccepted: true)
        #expect(window.outcomes == [.unroutable, .confirmed, .unroutable] && window.isSettled)
    }

    @Test func `confirms of other messages settle nothing`() {
        var window = Self.window(["a"])
        window.confirmed(tag: 10, multiple: true, isAccepted: true)
        window.confirmed(tag: 12, multiple: false, isAccepted: true)
        window.confirmed(tag: .max, multiple: false, isAccepted: true)
        #expect(!window.isSettled)
    }
}
