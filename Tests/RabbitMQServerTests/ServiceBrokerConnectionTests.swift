import Foundation
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// How the service broker's connections are made: TLS, several hosts, a refused log-in.
    @Suite struct ServiceBrokerConnectionTests {
        private func withBroker(
            _ urls: String, caFile: String = "/dev/null", _ test: (ServiceBroker) async throws -> Void
        ) async throws {
            let options = ConnectionOptions(
                urls: try BrokerURL.list(parsing: urls), name: "test", heartbeatSeconds: 2, caFile: caFile)
            let broker = ServiceBroker(options: options, logger: silentLogger)
            let loop = Task { await broker.run() }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await test(broker)) } catch { outcome = .failure(error) }
            loop.cancel()
            await loop.value
            try outcome.get()
        }

        private func publish(_ broker: ServiceBroker, to queue: String) async -> ServiceBroker.Answer {
            let message = AMQPMessage(exchange: "", routingKey: queue, body: Array("{}".utf8))
            return await broker.publish(message, withinMilliseconds: 2_000)
        }

        private func untilConfirmed(_ broker: ServiceBroker, by queue: String) async throws {
            _ = try await until("a message is confirmed") {
                await publish(broker, to: queue) == .confirmed ? true : nil
            }
        }

        /// Why nothing can be published.
        private func refusal(_ broker: ServiceBroker) async throws -> String {
            try await until("the connection is refused") {
                guard case .unavailable(let reason) = await publish(broker, to: "any") else { return nil }
                return reason.contains("not connected yet") ? nil : reason
            }
        }

        /// Makes a queue that outlasts the node's end.
        private func declare(_ queue: String, on node: PrivateBroker) throws {
            var admin = try AMQPHandle.connect(
                BrokerURL(parsing: node.url), options: ConnectionOptions(urls: [], name: "admin"))
            try admin.declareQueue(queue, arguments: [:], passively: false)
        }

        private func depth(of queue: String, on node: PrivateBroker) async throws -> Int? {
            let lines = try await node.control(["list_queues", "name", "messages"]).split(separator: "\n")
            let line = lines.map { $0.split(separator: "\t") }.first { $0.first == queue[...] }
            return line.flatMap { Int($0[1]) }
        }

        @Test func `a TLS connection is made to the certificate's host name and a known authority, and no other`()
            async throws
        {
            let node = try await RealBroker.node.value
            let authority = "\(node.folder)/ca.pem"
            try declare("sealed", on: node)
            try await withBroker("amqps://admin:secret@localhost:\(node.tlsPort)/", caFile: authority) { broker in
                try await untilConfirmed(broker, by: "sealed")
            }
            _ = try await until("the message is in its queue") {
                try await depth(of: "sealed", on: node) ?? 0 > 0 ? true : nil
            }
            for (host, caFile) in [("127.0.0.1", authority), ("localhost", "/etc/ssl/certs/ca-certificates.crt")] {
                try await withBroker("amqps://admin:secret@\(host):\(node.tlsPort)/", caFile: caFile) { broker in
                    let reason = try await refusal(broker)
                    #expect(reason.contains("(amqps://admin:***@\(host):\(node.tlsPort)/)"), "\(reason)")
                    #expect(!reason.contains("secret"))
                }
            }
            try await node.control(["delete_queue", "sealed"])
        }

        @Test func `of several hosts a dead one is passed over, and another is used when that in use is killed`()
            async throws
        {
            let last = try await RealBroker.node.value
            let first = try await PrivateBroker.start("services-first")
            for node in [first, last] { try declare("hosted", on: node) }
            let urls = "amqp://admin:secret@127.0.0.1:\(try Project.freePort())/,\(first.url),\(last.url)"
            try await withBroker(urls) { broker in
                try await untilConfirmed(broker, by: "hosted")
                #expect(try await depth(of: "hosted", on: last) == 0)
                try await first.kill()
                try await untilConfirmed(broker, by: "hosted")
                _ = try await until("the message is in the queue of the last host") {
                    try await depth(of: "hosted", on: last) ?? 0 > 0 ? true : nil
                }
            }
            try await last.control(["delete_queue", "hosted"])
            try await first.stop()
        }

        @Test func `a refused log-in names the setting of the service broker, and not the pipeline's remedies`()
            async throws
        {
            let node = try await RealBroker.node.value
            for (url, text) in [
                ("amqp://admin:wrong@127.0.0.1:\(node.port)/", "check the user name and password in"),
                ("amqp://admin:secret@127.0.0.1:\(node.port)/none", "check that the virtual host of"),
            ] {
                try await withBroker(url) { broker in
                    let reason = try await refusal(broker)
                    #expect(reason.contains("\(text) BELFRY_SERVICE_AMQP_URL"), "\(reason)")
                }
            }
        }

        @Test func `a service's consumer without permission is told to look at its permissions`() async throws {
            let node = try await RealBroker.node.value
            _ = try? await node.control(["add_user", "reader", "secret"])
            try await node.control(["set_permissions", "reader", "^$", "^$", "^$"])
            let options = ConnectionOptions(urls: [try BrokerURL(parsing: node.url(user: "reader"))], name: "service")
            let queue = ServiceQueue(options: options, name: "belfry.dispatcher.due", prefetch: 1, logger: silentLogger)
            let loop = Task { await queue.run() }
            defer { loop.cancel() }
            let fault = try await until("the consumer is refused") {
                queue.fault.flatMap { $0.contains("ACCESS_REFUSED") ? $0 : nil }
            }
            #expect(fault.contains("the user's permissions") && !fault.contains("topology"), "\(fault)")
        }
    }
}
