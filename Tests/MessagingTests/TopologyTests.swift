import JSON
import JobCore
import Messaging
import Testing

/// Guarantee: no message of the pipeline is unroutable, and no dead letter is lost.
@Suite struct `The broker topology` {
    private let topology = Topology(prefix: "belfry")

    /// The messages between stages, which must not be lost: all but the events.
    private static let mandatoryKeys =
        [
            RoutingKey.scheduleDue, RoutingKey.scheduleDueBulk, RoutingKey.runRequested, RoutingKey.deliveryDue,
            RoutingKey.deliveryRequested, RoutingKey.deliveryRequestedBulk,
            RoutingKey.redeliveryRequested, RoutingKey.baton, RoutingKey.deadLettersRequested,
        ] + DeliveryMark.Stop.allCases.map(RoutingKey.deliveryMark) + ladderKeys
        + ReportKind.allCases.flatMap { kind in ReportLine.allCases.map { RoutingKey.report(kind, $0) } }
        + ReportBatchKind.allCases.flatMap { kind in ReportLine.allCases.map { RoutingKey.reports(kind, $0) } }

    private static let ladderKeys = RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) }

    @Test(arguments: mandatoryKeys)
    func `the topology routes every message of the pipeline to exactly one queue`(key: String) {
        let exchange = Self.ladderKeys.contains(key) ? "belfry.retry" : "belfry"
        let queues = topology.bindings.filter { $0.exchange == exchange && $0.routingKey == key }.map(\.queue)
        #expect(queues.count == 1)
        #expect(queues.allSatisfy { name in topology.queues.contains { $0.name == name } })
    }

    @Test(arguments: [
        RoutingKey.executionCreated, RoutingKey.executionStarted, RoutingKey.executionProgressed,
        RoutingKey.executionFinished,
        RoutingKey.jobChanged,
    ])
    func `the topology binds no queue to events`(key: String) {
        #expect(!topology.bindings.contains { $0.routingKey == key || $0.exchange == "belfry.events" })
    }

    @Test func `the topology has no other bindings, and no name twice`() {
        let known = Set(Self.mandatoryKeys + WorkQueue.allCases.map(\.rawValue) + [RoutingKey.any])
        #expect(topology.bindings.allSatisfy { known.contains($0.routingKey) })
        #expect(Set(topology.queues.map(\.name)).count == topology.queues.count)
        #expect(Set(topology.bindings.map(\.queue)) == Set(topology.queues.map(\.name)))
    }

    @Test(arguments: WorkQueue.allCases.filter { $0 != .tickerBaton })
    func `every work queue dead-letters at least once to its own dead-letter queue`(queue: WorkQueue) throws {
        let dead = "belfry.\(queue.rawValue).dead"
        #expect(topology.queues.contains { $0.name == dead })
        let binding = try #require(topology.bindings.first { $0.queue == dead })
        #expect(binding.exchange == "belfry.dead" && binding.routingKey == queue.rawValue)
        let policies = try policies(for: "belfry.\(queue.rawValue)")
        #expect(policies.count == 1)
        // Its asker waits for 30 s, and publishes the request again by itself.
        guard queue != .deadletterRequests else {
            let definition: [String: JSONValue] = ["message-ttl": .integer(30_000), "delivery-limit": .integer(20)]
            #expect(policies.first?.definition == definition)
            return
        }
        #expect(
            policies.first?.definition == [
                "dead-letter-exchange": .string("belfry.dead"), "dead-letter-routing-key": .string(queue.rawValue),
                "dead-letter-strategy": .string("at-least-once"), "overflow": .string("reject-publish"),
                "delivery-limit": .integer(20),
            ])
    }

    @Test(arguments: RetryLadder.stepsSeconds)
    func `a retry queue returns a delivery to the dispatchers when its wait is over`(seconds: Int64) throws {
        let policies = try policies(for: "belfry.courier.retry.\(seconds)")
        #expect(
            policies.map(\.definition) == [
                [
                    "dead-letter-exchange": .string("belfry"),
                    "dead-letter-routing-key": .string("delivery.due"),
                    "dead-letter-strategy": .string("at-least-once"), "overflow": .string("reject-publish"),
                    "message-ttl": .integer(seconds * 1_000),
                ]
            ])
    }

    @Test func `no header leads a message from the exchange of the pipeline into the ladder`() {
        for binding in topology.bindings where binding.queue.hasPrefix("belfry.courier.retry.") {
            #expect(binding.exchange == "belfry.retry")
        }
        #expect(
            topology.users.filter { (try? Regex($0.write).firstMatch(in: "belfry.retry")) != nil }.map(\.name) == [
                "belfry-operator", "belfry-courierd",
            ])
    }

    @Test func `letters may be taken and returned without end, and nothing expires among them`() throws {
        for queue in topology.queues where queue.name.hasSuffix(".dead") {
            let definitions = try policies(for: queue.name).map(\.definition)
            #expect(definitions == [["delivery-limit": .integer(1_000_000_000)]])
        }
        #expect(try policies(for: "belfry.ticker.baton").isEmpty)
    }

    @Test func `requests about dead letters have one consumer at a time, and answers have an exchange`() {
        let queue = topology.queues.first { $0.name == "belfry.deadletter.requests" }
        #expect(queue?.arguments == ["x-queue-type": .string("quorum"), "x-single-active-consumer": .bool(true)])
        #expect(topology.exchanges.contains("belfry.answers"))
        #expect(!topology.bindings.contains { $0.exchange == "belfry.answers" })
    }

    @Test func `callbacks that services publish go to the callback role, with any routing key`() {
        let bindings = topology.bindings.filter { $0.exchange == "belfry.callbacks" }
        #expect(bindings.map(\.queue) == ["belfry.ingester.callbacks"] && bindings.map(\.routingKey) == ["#"])
    }

    @Test func `every line of reports has one consumer at a time, and keeps the order of requeued messages`() throws {
        for line in ReportLine.allCases {
            let name = "belfry.ingester.reports.\(line.index)"
            #expect(WorkQueue.ingesterReports(line).reportLine == line)
            let queue = topology.queues.first { $0.name == name }
            #expect(
                queue?.arguments == ["x-queue-type": .string("quorum"), "x-single-active-consumer": .bool(true)])
            #expect(try policies(for: name).first?.definition["delivery-limit"] == .integer(20))
        }
    }

    @Test func `every queue is a quorum queue, and the baton has one message and one consumer`() {
        for queue in topology.queues {
            #expect(queue.arguments["x-queue-type"] == .string("quorum"))
            let isPlain =
                !["belfry.ticker.baton", "belfry.deadletter.requests"].contains(queue.name)
                && !queue.name.contains("reports.")
            if isPlain || queue.name.hasSuffix(".dead") { #expect(queue.arguments.count == 1) }
        }
        let baton = topology.queues.first { $0.name == "belfry.ticker.baton" }
        #expect(
            baton?.arguments == [
                "x-queue-type": .string("quorum"), "x-single-active-consumer": .bool(true),
                "x-max-length": .integer(1), "x-overflow": .string("drop-head"),
            ])
    }

    @Test func `every name of the topology begins with the prefix`() {
        let other = Topology(prefix: "stage-2")
        #expect(
            other.exchanges == ["", ".dead", ".retry", ".callbacks", ".events", ".answers"].map { "stage-2\($0)" })
        #expect(other.queues.allSatisfy { $0.name.hasPrefix("stage-2.") })
        #expect(other.queues.map { $0.name.dropFirst(8) } == topology.queues.map { $0.name.dropFirst(7) })
        #expect(other.users.allSatisfy { $0.name.hasPrefix("stage-2-") })
    }

    @Test func `a dot in the prefix is a plain dot in every pattern`() throws {
        let dotted = Topology(prefix: "a.b")
        for policy in dotted.policies {
            let pattern = try Regex(policy.pattern)
            let matched = try dotted.queues.map(\.name).filter { try pattern.firstMatch(in: $0) != nil }
            #expect(!matched.isEmpty, "\(policy.name)")
            #expect(try matched.allSatisfy { try pattern.firstMatch(in: $0.replacing("a.b", with: "axb")) == nil })
        }
        for user in dotted.users {
            for pattern in [user.configure, user.write, user.read] {
                #expect(try Regex(pattern).firstMatch(in: "axb") == nil)
                #expect(try Regex(pattern).firstMatch(in: "axb.dispatcher.due") == nil)
            }
        }
    }

    @Test(arguments: ["belfry", "a", "a.b", "A-1_x", String(repeating: "p", count: 64)])
    func `a plain prefix is accepted`(prefix: String) {
        #expect(Topology.fault(inPrefix: prefix) == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "a*", "ä", "amq.belfry", "a\n", String(repeating: "p", count: 65)])
    func `a prefix that brokers or patterns could misread is refused`(prefix: String) {
        #expect(Topology.fault(inPrefix: prefix) != nil)
    }

    private func policies(for queue: String) throws -> [Topology.Policy] {
        try topology.policies.filter { try Regex($0.pattern).wholeMatch(in: queue) != nil }
    }
}
