import Foundation
import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// What `GET /status` learns of the queues, with the permissions that consoled has.
    @Suite struct QueueInspectorTests {
        private func inspector(_ node: PrivateBroker, user: String = "belfry-consoled") throws -> RabbitQueueInspector {
            RabbitQueueInspector(
                options: ConnectionOptions(urls: [try BrokerURL(parsing: node.url(user: user))], name: "test"),
                topology: RealBroker.topology)
        }

        private func connections(_ node: PrivateBroker) async throws -> Int {
            let listed = try await node.control(["list_connections", "user", "--no-table-headers"])
            return listed.split(separator: "\n").count { $0.contains("belfry-consoled") }
        }

        @Test func `the user of consoled learns messages and consumers of any queue, and which queues are missing`()
            async throws
        {
            let node = try await RealBroker.node.value
            let inspector = try inspector(node)
            let names = ["dispatcher.bulk", "no.such.queue", "dispatcher.bulk.dead", "nor.this", "courier.retry.5"]
            #expect(
                try await inspector.depths(of: names)
                    == [
                        .init(ready: 0, consumers: 0), nil, .init(ready: 0, consumers: 0), nil,
                        .init(ready: 0, consumers: 0),
                    ])
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                try await broker.publish((0..<7).map { message("q\($0)", RoutingKey.scheduleDueBulk) })
                let filled = try await inspector.depths(of: ["dispatcher.bulk"])
                #expect(filled == [.init(ready: 7, consumers: 0)])
                let subscription = await broker.subscribe(to: .dispatcherBulk, prefetch: 3)
                _ = try await subscription.next(limit: 3)
                _ = try await until("three messages are in a consumer's hands") {
                    try await inspector.depths(of: ["dispatcher.bulk"]) == [.init(ready: 4, consumers: 1)] ? true : nil
                }
            }
            _ = try await until("the consumer has gone, and its messages are back") {
                try await inspector.depths(of: ["dispatcher.bulk"]) == [.init(ready: 7, consumers: 0)] ? true : nil
            }
            try await drain(node, .dispatcherBulk)
            _ = try await until("no connection is left") { try await connections(node) == 0 ? true : nil }
        }

        @Test func `a wrong password, a node that is down and no node at all are an unavailable broker`() async throws {
            let node = try await RealBroker.node.value
            let port = try Project.freePort()
            for url in ["amqp://belfry-consoled:wrong@127.0.0.1:\(node.port)/", "amqp://a:b@127.0.0.1:\(port)/"] {
                let inspector = RabbitQueueInspector(
                    options: ConnectionOptions(urls: [try BrokerURL(parsing: url)], name: "test"),
                    topology: RealBroker.topology)
                await #expect(throws: PublishError.self) { try await inspector.depths(of: ["ticker.baton"]) }
            }
            let both = RabbitQueueInspector(
                options: ConnectionOptions(
                    urls: try ["amqp://a:b@127.0.0.1:\(port)/", node.url(user: "belfry-consoled")].map {
                        try BrokerURL(parsing: $0)
                    }, name: "test"), topology: RealBroker.topology)
            for _ in 0..<2 { #expect(try await both.depths(of: ["ticker.baton"]) == [.init(ready: 0, consumers: 0)]) }
        }

        @Test func `a broker that hangs is asked for three seconds at most`() async throws {
            let listener = ListeningSocket()
            let port = listener.port
            let inspector = RabbitQueueInspector(
                options: ConnectionOptions(
                    urls: try (0..<5).map { _ in try BrokerURL(parsing: "amqp://a:b@127.0.0.1:\(port)/") },
                    name: "test"), topology: RealBroker.topology)
            let begun = ContinuousClock.now
            await #expect(throws: PublishError.self) { try await inspector.depths(of: ["ticker.baton"]) }
            #expect(ContinuousClock.now - begun < .seconds(5))
        }
    }
}
