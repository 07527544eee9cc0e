import Foundation
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// Guarantee: while the broker is unavailable nobody waits for it, and afterwards everything is as before.
    @Suite struct BrokerOutageTests {
        @Test func `a broker with a memory alarm blocks publishers with a reason, while consumers go on`() async throws
        {
            let node = try await RealBroker.node.value
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                try await broker.publish((0..<20).map { message("b\($0)") })
                try await node.control(["set_vm_memory_high_watermark", "0.00001"])
                // The broker blocks a connection when it next publishes. That message arrives when the alarm is over.
                let clock = ContinuousClock.now
                await #expect(throws: PublishError.self) {
                    while true { try await broker.publish([message("late")]) }
                }
                await #expect(throws: PublishError.self) { try await broker.publish([message("refused at once")]) }
                #expect(ContinuousClock.now - clock < .seconds(10), "nobody waits for the end of an alarm")
                let fault = broker.faults.first { $0.contains("blocked by the broker") }
                #expect(fault?.contains("memory") == true)
                let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 100)
                var count = 0
                while count < 20 {
                    let batch = try await subscription.next(limit: 100)
                    count += batch.count
                    await subscription.acknowledge(batch.map(\.tag))
                }
                try await node.control(["set_vm_memory_high_watermark", "absolute", "2GB"])
                _ = try await until("publishers are free again") { broker.faults.isEmpty ? true : nil }
                try await broker.publish([message("free")])
            }
            try await drain(node, .dispatcherDue)
        }

        @Test(arguments: [10, 2_000_000])
        func `a frozen broker is an error within seconds, and further publishes fail at once`(bytes: Int)
            async throws
        {
            let node = try await RealBroker.node.value
            try await withBroker(node.url, heartbeatSeconds: 2) { broker in
                try await untilReady(broker)
                try await freeze(node.pid)
                defer { kill(node.pid, SIGCONT) }
                let clock = ContinuousClock.now
                // Many large messages fill the socket, and the connection's thread hangs in a write.
                let silence = OutboundMessage(
                    routingKey: RoutingKey.scheduleDue, body: [UInt8](repeating: 1, count: bytes))
                await #expect(throws: PublishError.self) {
                    try await broker.publish([OutboundMessage](repeating: silence, count: 8))
                }
                // Large messages are given time: a second for each 2 MiB, and 2 s in any case.
                #expect(ContinuousClock.now - clock < .seconds(20))
                let later = ContinuousClock.now
                await #expect(throws: PublishError.self) { try await broker.publish([message("refused at once")]) }
                #expect(ContinuousClock.now - later < .seconds(1))
                #expect(!broker.faults.isEmpty)
                kill(node.pid, SIGCONT)
                try await untilReady(broker)
                try await broker.publish([message("and back")])
            }
            try await drain(node, .dispatcherDue)
        }

        @Test func `a program that can't connect to a frozen broker refuses a publish at once`() async throws {
            let node = try await RealBroker.node.value
            try await freeze(node.pid)
            defer { kill(node.pid, SIGCONT) }
            try await withBroker(node.url) { broker in
                for _ in 0..<20 {
                    let clock = ContinuousClock.now
                    await #expect(throws: PublishError.self) { try await broker.publish([message("refused at once")]) }
                    #expect(ContinuousClock.now - clock < .seconds(1))
                    try await Task.sleep(for: .milliseconds(25))
                }
            }
        }

        @Test
        func `a connection on which messages are refused for seconds is made again, and publishes when there is room`()
            async throws
        {
            let node = try await RealBroker.node.value
            let queue = RealBroker.topology.name(of: .dispatcherRuns)
            let run = message("run", RoutingKey.runRequested)
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                func connections() async throws -> String { try await node.control(["list_connections", "pid"]) }
                let first = try await connections()
                try await broker.publish([run])
                try await node.control([
                    "set_operator_policy", "full", "^\(queue)$", #"{"max-length": 1}"#, "--apply-to", "queues",
                ])
                var refusals = 0
                _ = try await until("another connection has taken the place of the first") {
                    do { try await broker.publish([run]) } catch { refusals += 1 }
                    return try await connections() == first ? nil : true
                }
                #expect(refusals > 0)
                try await node.control(["clear_operator_policy", "full"])
                _ = try await until("the queue takes messages") { try? await broker.publish([run]) }
            }
            try await drain(node, .dispatcherRuns)
        }

        @Test func `a subscriber's full queue slows no publisher, and its events are no error`() async throws {
            let node = try await RealBroker.node.value
            let definitions = """
                {"queues": [{"name": "subscriber", "vhost": "/", "durable": true, "auto_delete": false, "arguments":
                {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}}],
                "bindings": [{"source": "belfry.events", "vhost": "/", "destination": "subscriber",
                "destination_type": "queue", "routing_key": "execution.finished", "arguments": {}}]}
                """
            let path = "\(node.folder)/subscriber.json"
            try definitions.write(toFile: path, atomically: true, encoding: .utf8)
            try await node.control(["import_definitions", path])
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                func seconds(events: Int) async throws -> Double {
                    let event = OutboundMessage(
                        exchange: .events, routingKey: "execution.finished", body: [1], isMandatory: false)
                    let clock = ContinuousClock.now
                    for round in 0..<50 {
                        try await broker.publish(
                            [message("r\(round)")] + [OutboundMessage](repeating: event, count: events))
                    }
                    return (ContinuousClock.now - clock) / .seconds(1)
                }
                let alone = try await seconds(events: 0)
                let withEvents = try await seconds(events: 20)
                #expect(withEvents < alone + 2, "50 batches took \(alone) s alone, \(withEvents) s with events")
            }
            try await node.control(["delete_queue", "subscriber"])
            try await drain(node, .dispatcherDue)
        }

        @Test func `a confirmed message outlasts a broker that is killed, and both connections reconnect`() async throws
        {
            let node = try await RealBroker.node.value
            try await withBroker(node.url) { broker in
                try await untilReady(broker)
                var confirmed: Set<String> = []
                for batch in 0..<10 {
                    let texts = (0..<50).map { "k\(batch)-\($0)" }
                    try await broker.publish(texts.map { message($0) })
                    confirmed.formUnion(texts)
                }
                try await node.kill()
                await #expect(throws: PublishError.self) {
                    while true { try await broker.publish([message("nobody there")]) }
                }
                try await node.boot()
                try await untilReady(broker)
                let subscription = await broker.subscribe(to: .dispatcherDue, prefetch: 1_000)
                while !confirmed.isEmpty {
                    let batch = try await subscription.next(limit: 1_000)
                    for message in batch { confirmed.remove(String(decoding: message.body, as: UTF8.self)) }
                    await subscription.acknowledge(batch.map(\.tag))
                }
            }
        }
    }
}
