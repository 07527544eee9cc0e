import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// The consuming connection with a real RabbitMQ.
    @Suite struct RealConsumerTests {
        private func text(_ message: InboundMessage) -> String {
            String(decoding: message.body.prefix(8), as: UTF8.self)
        }

        /// Takes batches until there are `count` messages, and acks each.
        private func take(_ count: Int, from subscription: any MessageSubscription) async throws -> [InboundMessage] {
            var messages: [InboundMessage] = []
            while messages.count < count {
                let batch = try await subscription.next(limit: 100)
                await subscription.acknowledge(batch.map(\.tag))
                messages += batch
            }
            return messages
        }

        @Test func `a consumer reads no more than it may hold, keeps its connection meanwhile, and goes on after acks`()
            async throws
        {
            let node = try await RealBroker.node.value
            try await withBroker(node.url, heartbeatSeconds: 2) { broker in
                try await untilReady(broker)
                let filler = [UInt8](repeating: 0, count: MessageLimits.readBodyBytesMax - 8)
                for number in 100..<120 {
                    let body = Array("\(number)     ".utf8) + filler
                    try await broker.publish([OutboundMessage(routingKey: RoutingKey.scheduleDue, body: body)])
                }
                let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 100)
                let first = try await subscription.next(limit: 100)
                #expect(first.count <= 2, "a batch is bounded by bytes")
                let other = await broker.subscribe(to: .dispatcherRuns, prefetch: 10)
                // The socket stays full for more heartbeats than the broker forgives.
                try await Task.sleep(for: .seconds(8))
                #expect(broker.faults.isEmpty)
                await subscription.acknowledge(first.map(\.tag))
                let messages = first + (try await take(20 - first.count, from: subscription))
                #expect(messages.map { text($0) } == (100..<120).map { "\($0)     " })
                #expect(messages.filter(\.isRedelivered).isEmpty, "the connection was never lost")
                try await broker.publish([message("run", RoutingKey.runRequested)])
                let run = try await take(1, from: other)
                #expect(run.count == 1)
            }
        }

        @Test func `messages of one queue come back in their order, and those of another stay in hand`() async throws {
            let node = try await RealBroker.node.value
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                let due = await broker.subscribe(to: .dispatcherDue, prefetch: 50)
                let runs = await broker.subscribe(to: .dispatcherRuns, prefetch: 50)
                try await broker.publish((0..<100).map { message("d\($0)") })
                try await broker.publish([message("run", RoutingKey.runRequested)])
                let held = try await runs.next(limit: 10)
                _ = try await due.next(limit: 20)
                await due.restart()
                let messages = try await take(100, from: due)
                // A busy broker delivers some that are new before it has taken back all others.
                let (returned, new) = (messages.filter { $0.returnCount == 1 }, messages.filter { $0.returnCount == 0 })
                #expect(returned.count >= 20 && (returned + new).map(\.id) == (0..<100).map { "id-d\($0)" })
                // Its tag is good: had the connection been closed, the message would come again.
                await runs.acknowledge(held.map(\.tag))
                try await broker.publish([message("next", RoutingKey.runRequested)])
                let next = try await take(1, from: runs)
                #expect(next.map(\.id) == ["id-next"])
            }
        }

        @Test func `the last ack before a shutdown arrives, though messages lie unread in the socket`() async throws {
            let node = try await RealBroker.node.value
            for round in 0..<3 {
                try await withBroker(node.url) { broker in
                    try await untilReady(broker)
                    let filler = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
                    try await broker.publish(
                        [OutboundMessage](
                            repeating: OutboundMessage(routingKey: RoutingKey.scheduleDue, body: filler), count: 40))
                    let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 40)
                    let batch = try await subscription.next(limit: 1)
                    await subscription.acknowledge(batch.map(\.tag))
                }
                // The broker counts the messages of a quorum queue every few seconds.
                _ = try await until("one message of 40 was acked in round \(round)") {
                    let queues = try await node.control(["list_queues", "name", "messages"])
                    return queues.contains("belfry.dispatcher.due\t39") ? true : nil
                }
                try await drain(node, .dispatcherDue)
            }
        }
    }
}
