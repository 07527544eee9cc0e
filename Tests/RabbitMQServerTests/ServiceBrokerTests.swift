import Foundation
import JSON
import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

extension RealBrokerTests {
    /// Guarantee: what is wrong with one destination costs only its own messages, and an outage is an answer.
    @Suite struct ServiceBrokerTests {
        /// Runs a test as a user who may publish to `good`, the default exchange, and `topics` with the key `open`.
        func withServices(
            logger: Logger = silentLogger,
            _ test: (ServiceBroker, PrivateBroker, inout AMQPHandle) async throws -> Void
        ) async throws {
            let node = try await RealBroker.node.value
            var admin = try AMQPHandle.connect(
                BrokerURL(parsing: node.url), options: ConnectionOptions(urls: [], name: "admin"))
            for exchange in ["good", "topics", "secret"] { try admin.declareExchange(exchange, passively: false) }
            try admin.declareQueue("jobs", arguments: ["x-queue-type": .string("quorum")], passively: false)
            for exchange in ["good", "topics"] {
                try admin.bind("jobs", to: exchange, routingKey: "open")
            }
            _ = try? await node.control(["add_user", "services", "secret"])
            try await node.control(["set_permissions", "services", "^$", "^(good|topics|nowhere|amq\\.default)$", "^$"])
            try await node.control(["set_topic_permissions", "services", "topics", "^open$", "^$"])
            let options = ConnectionOptions(
                urls: [try BrokerURL(parsing: node.url(user: "services"))], name: "test", heartbeatSeconds: 2)
            let broker = ServiceBroker(options: options, logger: logger)
            let loop = Task { await broker.run() }
            try await untilConfirmed(broker)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await test(broker, node, &admin)) } catch { outcome = .failure(error) }
            loop.cancel()
            await loop.value
            try outcome.get()
        }

        func message(_ exchange: String, _ key: String) -> AMQPMessage {
            AMQPMessage(exchange: exchange, routingKey: key, body: Array("{}".utf8))
        }

        func untilConfirmed(_ broker: ServiceBroker) async throws {
            _ = try await until("a message is confirmed") {
                await broker.publish(message("good", "open"), withinMilliseconds: 5_000) == .confirmed ? true : nil
            }
        }

        /// Answers of many messages that are published at once.
        private func answers(_ broker: ServiceBroker, _ messages: [AMQPMessage]) async -> [ServiceBroker.Answer] {
            await withTaskGroup { group in
                for message in messages {
                    group.addTask { await broker.publish(message, withinMilliseconds: 15_000) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }

        @Test func `a confirmed message is in its queue, with all properties and headers`() async throws {
            try await withServices { broker, node, _ in
                try await node.control(["purge_queue", "jobs"])
                let message = AMQPMessage(
                    exchange: "", routingKey: "jobs", headers: ["webhook-id": "e-1", "x-belfry-token": "t"], id: "e-1",
                    body: Array("{}".utf8),
                    properties: [
                        .correlationID("e-1"), .type("belfry.invocation"), .appID("belfry"), .timestampSeconds(17),
                        .expirationMilliseconds(60_000),
                    ])
                #expect(await broker.publish(message, withinMilliseconds: 5_000) == .confirmed)
                let queue = ServiceQueue(
                    options: ConnectionOptions(urls: [try BrokerURL(parsing: node.url)], name: "service"), name: "jobs",
                    prefetch: 1, logger: silentLogger)
                let loop = Task { await queue.run() }
                let arrived = try #require(try await queue.next(limit: 1).first)
                await queue.acknowledge([arrived.tag])
                loop.cancel()
                await loop.value
                #expect(arrived.id == "e-1" && arrived.body == message.body && arrived.headers == message.headers)
                #expect(
                    arrived.properties == [
                        "content-type": "application/json", "correlation-id": "e-1", "type": "belfry.invocation",
                        "app-id": "belfry", "timestamp": "17", "expiration": "60000", "delivery-mode": "2",
                    ])
            }
        }

        @Test func `bad destinations cost only their own messages, while hundreds of good ones are on their way`()
            async throws
        {
            try await withServices { broker, _, _ in
                let bad = [
                    ("nowhere", "open"), ("secret", "open"), ("topics", "shut"), ("good", "unbound"), ("", "no-queue"),
                ]
                for _ in 0..<3 {
                    var messages = (0..<500).map { _ in message("good", "open") }
                    messages += (0..<50).map { _ in message("topics", "open") }
                    for (exchange, key) in bad { messages.insert(message(exchange, key), at: .random(in: 0..<500)) }
                    let answers = await answers(broker, messages)
                    #expect(answers.count { $0 == .confirmed } == 550)
                    #expect(answers.count { $0 == .unroutable } == 2)
                    let missing = answers.filter { if case .missingExchange = $0 { true } else { false } }
                    #expect(missing.count == 1 && missing.first?.reason?.contains("nowhere") == true)
                    let refused = answers.filter { if case .notPermitted = $0 { true } else { false } }
                    #expect(refused.count == 2)
                }
            }
        }

        @Test func `an exchange that is deleted while it works costs only its own messages`() async throws {
            try await withServices { broker, node, admin in
                try await node.control(["set_permissions", "services", "^$", ".*", "^$"])
                for round in 0..<3 {
                    try admin.declareExchange("brief", passively: false)
                    try admin.bind("jobs", to: "brief", routingKey: "x")
                    _ = try await until("the exchange is known to work") {
                        await broker.publish(message("brief", "x"), withinMilliseconds: 5_000) == .confirmed
                            ? true : nil
                    }
                    try await node.control(["eval", "rabbit_exchange:delete(\(Self.brief), false, <<\"test\">>)."])
                    let messages = (0..<500).map { message($0 == 250 ? "brief" : "good", $0 == 250 ? "x" : "open") }
                    let answers = await answers(broker, messages)
                    #expect(answers.count { $0 == .confirmed } == 499, "round \(round)")
                    #expect(answers.contains { if case .missingExchange = $0 { true } else { false } })
                }
            }
        }

        private static let brief = "{resource, <<\"/\">>, exchange, <<\"brief\">>}"

        @Test func `a full queue has its own answer`() async throws {
            try await withServices { broker, _, admin in
                try admin.declareQueue(
                    "small", arguments: ["x-max-length": .integer(1), "x-overflow": .string("reject-publish")],
                    passively: false)
                var answers: [ServiceBroker.Answer] = []
                for _ in 0..<5 {
                    answers.append(await broker.publish(message("", "small"), withinMilliseconds: 5_000))
                }
                #expect(answers.first == .confirmed && answers.last == .full)
                #expect(await broker.publish(message("good", "open"), withinMilliseconds: 5_000) == .confirmed)
            }
        }

        @Test(arguments: ["alarm", "frozen", "killed"])
        func `an outage is an answer within the timeout, and ends with the outage`(fault: String) async throws {
            try await withServices { broker, node, _ in
                switch fault {
                case "alarm": try await node.control(["set_vm_memory_high_watermark", "0.00001"])
                case "frozen": try await freeze(node.pid)
                default: try await node.kill()
                }
                for key in ["open", "new-1", "new-2"] {
                    let clock = ContinuousClock.now
                    let answer = await broker.publish(message("good", key), withinMilliseconds: 3_000)
                    // The first message of a connection may pass before the broker blocks it.
                    if fault != "alarm" || key == "new-2" {
                        #expect(answer.isUnavailable, "\(key): \(answer)")
                    }
                    #expect(ContinuousClock.now - clock < .milliseconds(3_500))
                }
                switch fault {
                case "alarm": try await node.control(["set_vm_memory_high_watermark", "absolute", "2GB"])
                case "frozen": kill(node.pid, SIGCONT)
                default: try await node.boot()
                }
                try await untilConfirmed(broker)
            }
        }
    }
}

extension ServiceBroker.Answer {
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }

    fileprivate var reason: String? {
        switch self {
        case .missingExchange(let reason), .notPermitted(let reason), .rejected(let reason), .unavailable(let reason):
            reason
        case .confirmed, .unroutable, .full: nil
        }
    }
}
