import CoreMetrics
import JSON
import Messaging
import Synchronization
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// Guarantee: a subscriber's queue without its majority delays no stage, and what it loses is counted.
    @Suite struct StuckSubscriberTests {
        private final class Count: CounterHandler {
            private let count = Mutex<Int64>(0)

            var value: Int64 { count.withLock(\.self) }

            func increment(by amount: Int64) { count.withLock { $0 += amount } }
            func reset() { count.withLock { $0 = 0 } }
        }

        private static let stuck = "belfry.subscriber.stuck"

        private func event(_ number: Int) -> OutboundMessage {
            var event = message("e\(number)", "execution.finished.billing.nightly")
            (event.exchange, event.isMandatory) = (.events, false)
            return event
        }

        /// Waits until an event with this id arrives.
        private func untilArrived(_ id: String, _ options: ConnectionOptions) async throws {
            let queue = ServiceQueue(options: options, name: Self.stuck, prefetch: 1_000, logger: silentLogger)
            let loop = Task { await queue.run() }
            var hasArrived = false
            while !hasArrived {
                let batch = try await queue.next(limit: 1_000)
                hasArrived = batch.contains { $0.id == id }
                await queue.acknowledge(batch.map(\.tag))
            }
            loop.cancel()
            await loop.value
        }

        @Test func `a queue that confirms nothing stops no batch, its events are counted, and later ones arrive again`()
            async throws
        {
            let node = try await RealBroker.node.value
            let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "test")
            var admin = try AMQPHandle.connect(options.urls[0], options: options)
            try admin.declareQueue(Self.stuck, arguments: ["x-queue-type": .string("quorum")], passively: false)
            try admin.bind(Self.stuck, to: RealBroker.topology.name(of: .events), routingKey: "#")
            let count = Count()
            let unconfirmed = Counter(label: "test", dimensions: [], handler: count)
            try await withBroker(node.url, unconfirmedEvents: unconfirmed) { broker in
                try await untilReady(broker)
                try await broker.publish([message("b0"), event(0)])
                #expect(count.value == 0)
                try await node.control(["eval", "sys:suspend('%2F_\(Self.stuck)')."])
                // The broker stops reading the connection of the events after some hundred of them.
                for batch in 0..<20 {
                    try await broker.publish([message("s\(batch)")] + (0..<100).map { event(batch * 100 + $0) })
                }
                // What nobody waits for is lost with the connection, which is given up after its time.
                _ = try await until("the events are counted", withinSeconds: 90) {
                    count.value >= 2_000 ? true : nil
                }
                #expect(count.value == 2_000)
                try await node.control(["eval", "sys:resume('%2F_\(Self.stuck)')."])
                let publishing = Task {
                    while !Task.isCancelled {
                        // An error is one of the events' connection, which is being opened again.
                        try? await broker.publish([message("r"), event(9_999)])
                        try? await Task.sleep(for: .milliseconds(100))
                    }
                }
                try await untilArrived("id-e9999", options)
                publishing.cancel()
                await publishing.value
            }
            try await node.control(["delete_queue", Self.stuck])
            try await drain(node, .dispatcherDue)
        }
    }
}
