import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// A service's consumer, on a queue of its own.
    @Suite struct ServiceQueueTests {
        @Test func `a subscriber's queue is made with its limit, and then refuses further messages`() async throws {
            let node = try await RealBroker.node.value
            let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "subscriber")
            let (name, exchange) = ("belfry.subscriber.limited", RealBroker.topology.name(of: .events))
            let queue = ServiceQueue(
                options: options, ofSubscriber: name, bindings: [.init(exchange: exchange, routingKey: "limited")],
                messagesMax: 1, prefetch: 1, logger: silentLogger)
            let loop = Task { await queue.run() }
            _ = try await until("the queue is consumed") {
                try await node.control(["list_consumers"]).contains("\(name)\t") ? true : nil
            }
            let listed = try await node.control(["list_queues", "name", "arguments"])
            let line = listed.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            #expect(line.contains("reject-publish") && line.contains(#"{"x-max-length",1}"#), "\(line)")
            var publisher = try AMQPHandle.connect(options.urls[0], options: options)
            try publisher.publish(AMQPMessage(exchange: exchange, routingKey: "limited", id: "m-1", body: [1]))
            #expect(try await queue.next(limit: 1).map(\.id) == ["m-1"])
            loop.cancel()
            await loop.value
            try await node.control(["delete_queue", name])
        }

        @Test func `a service's queue is made, or taken as it is, and its messages arrive until they are acknowledged`()
            async throws
        {
            let node = try await RealBroker.node.value
            let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "service")
            var stranger = try AMQPHandle.connect(options.urls[0], options: options)
            try stranger.declareQueue("plain", arguments: [:], passively: false)
            for name in ["made", "plain"] {
                let queue = ServiceQueue(options: options, name: name, prefetch: 10, logger: silentLogger)
                let loop = Task { await queue.run() }
                _ = try await until("the queue is consumed") {
                    try await node.control(["list_consumers"]).contains("\(name)\t") ? true : nil
                }
                try stranger.publish(AMQPMessage(exchange: "", routingKey: name, id: "m-1", body: [1]))
                let messages = try await queue.next(limit: 10)
                #expect(messages.map(\.id) == ["m-1"])
                #expect(messages.first?.properties["content-type"] == "application/json")
                #expect(messages.first?.properties["delivery-mode"] == "2")
                await queue.acknowledge(messages.map(\.tag))
                loop.cancel()
                await loop.value
                let listed = try await node.control(["list_queues", "name", "messages", "type"])
                #expect(listed.contains("\(name)\t0\t\(name == "made" ? "quorum" : "classic")"))
                try await node.control(["delete_queue", name])
            }
        }
    }
}
