import Foundation
import Logging
import JobCore
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

/// The adapter with a real RabbitMQ node of the tests' own, which is killed, frozen and blocked.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RealBrokerTests {
    @Test func `a published message arrives once, in order, with its id and headers`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 500)
            try await broker.publish((0..<1_000).map { message("m\($0)") })
            var bodies: [String] = []
            while bodies.count < 1_000 {
                let batch = try await subscription.next(limit: 200)
                #expect(batch.count <= 200)
                for message in batch {
                    #expect(message.id == "id-" + String(decoding: message.body, as: UTF8.self))
                    #expect(message.headers["belfry-note"] == String(decoding: message.body, as: UTF8.self))
                    #expect(message.routingKey == RoutingKey.scheduleDue && message.exchange == "belfry")
                }
                bodies += batch.map { String(decoding: $0.body, as: UTF8.self) }
                await subscription.acknowledge(batch.map(\.tag))
            }
            #expect(bodies == (0..<1_000).map { "m\($0)" })
        }
        // An ack that was on its way when the connection ended may be lost. The other tests use the same queue.
        _ = try await node.control(["purge_queue", "belfry.dispatcher.due"])
    }

    @Test func `a message larger than a frame arrives whole, and so does an empty one`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 10)
            let large = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try await broker.publish([
                OutboundMessage(routingKey: RoutingKey.scheduleDue, body: large),
                OutboundMessage(routingKey: RoutingKey.scheduleDue, body: []),
            ])
            var bodies: [[UInt8]] = []
            while bodies.count < 2 {
                let batch = try await subscription.next(limit: 10)
                bodies += batch.map(\.body)
                await subscription.acknowledge(batch.map(\.tag))
            }
            #expect(bodies == [large, []])
        }
    }

    @Test func `a message too large to be read is a dead letter, whole, and those behind it arrive`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 10)
            let tooLarge = [UInt8](repeating: 1, count: MessageLimits.readBodyBytesMax + 1)
            let message = OutboundMessage(routingKey: RoutingKey.scheduleDue, body: tooLarge)
            // No stage publishes such a message, so a stranger does.
            await #expect(throws: PublishError.self) { try await broker.publish([message]) }
            var stranger = try AMQPHandle.connect(
                BrokerURL(parsing: node.url), options: ConnectionOptions(urls: [], name: "stranger"))
            try stranger.publish(AMQPMessage(exchange: "belfry", routingKey: message.routingKey, body: tooLarge))
            try await broker.publish([RabbitMQServerTests.message("behind")])
            let batch = try await subscription.next(limit: 10)
            #expect(batch.map { String(decoding: $0.body, as: UTF8.self) } == ["behind"])
            await subscription.acknowledge(batch.map(\.tag))
            _ = try await until("it lies among the dead letters") {
                let listed = try await node.control(["list_queues", "name", "messages"])
                return listed.contains("belfry.dispatcher.due.dead\t1") ? true : nil
            }
        }
        try await node.control(["purge_queue", "belfry.dispatcher.due.dead"])
    }

    @Test func `an unroutable mandatory message is an error that names the command that helps`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url, consumes: false) { broker in
            try await untilReady(broker)
            await #expect(throws: PublishError.unroutable(exchange: "belfry", routingKey: "no.such")) {
                try await broker.publish([message("lost", "no.such")])
            }
            #expect("\(PublishError.unroutable(exchange: "e", routingKey: "k"))".contains("belfry topology apply"))
            // An event without a subscriber is no error.
            try await broker.publish([OutboundMessage(routingKey: "no.such", body: [], isMandatory: false)])
        }
    }

    @Test func `an unacknowledged message is redelivered, and marked so, after the connection is lost`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 10)
            try await broker.publish([message("kept")])
            let first = try await subscription.next(limit: 10)
            await subscription.restart()
            let second = try await subscription.next(limit: 10)
            #expect(second.map(\.body) == first.map(\.body) && second.first?.isRedelivered == true)
            // A tag of the lost connection means nothing on the new one.
            await subscription.acknowledge(first.map(\.tag))
            await subscription.restart()
            let third = try await subscription.next(limit: 10)
            #expect(third.map(\.body) == first.map(\.body))
            await subscription.acknowledge(third.map(\.tag))
        }
    }

    @Test func `a stage's broker user can publish and consume what is its own, and nothing else`() async throws {
        let node = try await RealBroker.node.value
        try await withBroker(node.url(user: "belfry-reaperd"), consumes: false) { broker in
            try await untilReady(broker)
            try await broker.publish([message("expired", RoutingKey.report(.executionExpired, ReportLine.allCases[0]))]
            )
            await #expect(throws: PublishError.self) { try await broker.publish([message("forged")]) }
        }
        try await withBroker(node.url(user: "belfry-ingesterd")) { broker in
            _ = try await until("connected") { broker.faults.isEmpty ? true : nil }
            _ = await broker.subscribe(to: .dispatcherDue, prefetch: 1)
            let fault = try await until("refused") { broker.faults.first { $0.contains("ACCESS_REFUSED") } }
            #expect(fault.contains("broker user"))
        }
        try await drain(node, .ingesterReports0)
    }

    @Test func `a TLS connection is made to the certificate's host name, and to no other`() async throws {
        let node = try await RealBroker.node.value
        let authority = "\(node.folder)/ca.pem"
        try await withBroker("amqps://admin:secret@localhost:\(node.tlsPort)/", caFile: authority) { broker in
            try await untilReady(broker)
            try await broker.publish([message("sealed")])
        }
        for (url, caFile) in [
            ("amqps://admin:secret@127.0.0.1:\(node.tlsPort)/", authority),
            ("amqps://admin:secret@localhost:\(node.tlsPort)/", "/etc/ssl/certs/ca-certificates.crt"),
        ] {
            try await withBroker(url, consumes: false, caFile: caFile) { broker in
                let fault = try await until("refused") { broker.faults.first { !$0.contains("not connected yet") } }
                #expect(!fault.contains("secret"))
                await #expect(throws: PublishError.self) { try await broker.publish([message("never")]) }
            }
        }
        try await drain(node, .dispatcherDue)
    }

    @Test func `a topology check names a missing queue and one that differs, and apply creates what is missing`()
        async throws
    {
        let node = try await RealBroker.node.value
        let declarer = TopologyDeclarer(
            options: ConnectionOptions(
                urls: [try BrokerURL(parsing: node.url(user: "belfry-operator"))], name: "check"),
            topology: RealBroker.topology)
        #expect(try declarer.check() == [])
        try await node.control(["delete_queue", "belfry.courier.retry.600"])
        #expect(try declarer.check().map(\.description) == ["queue belfry.courier.retry.600 is missing"])
        try declarer.apply()
        #expect(try declarer.check() == [])
        let other = TopologyDeclarer(
            options: ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "check"),
            topology: Topology(prefix: "elsewhere"))
        #expect(try other.check().count == other.topologyItemCount)
    }
}

extension TopologyDeclarer {
    fileprivate var topologyItemCount: Int {
        Topology(prefix: "elsewhere").exchanges.count + Topology(prefix: "elsewhere").queues.count
    }
}
