import JSON
import JobCore
import Logging
import Messaging
import RabbitMQ
import StageKit
import TestServers
import Testing

/// Guarantee: a broker user has a stage handle only what the user may publish to its queue, whatever headers it sets.
///
/// The node has the users, permissions and policies of the definitions file.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ReachTests {
    private static let node = Task { try await PrivateBroker.start("reach") }
    private static let topology = RealBroker.topology
    private static let ladder = RetryLadder.stepsSeconds.map { "courier.retry.\($0)" }
    private static let reports = (0...3).map { "ingester.reports.\($0)" }

    /// The queues that each user may publish into, by name without the prefix.
    private static let reach: [(user: String, queues: [String])] = [
        ("operator", topology.queues.map { String($0.name.dropFirst("belfry.".count)) }),
        ("tickerd", ["dispatcher.due", "dispatcher.bulk", "ticker.baton"]),
        (
            "dispatcherd",
            [
                "dispatcher.due", "dispatcher.bulk", "courier.deliveries", "courier.bulk", "dispatcher.due.dead",
                "dispatcher.bulk.dead", "dispatcher.runs.dead", "dispatcher.deliveries.dead",
                "dispatcher.redeliveries.dead",
            ]
        ),
        ("courierd", reports + ladder + ["courier.deliveries", "courier.deliveries.dead", "courier.bulk.dead"]),
        (
            "ingesterd",
            reports + reports.map { "\($0).dead" } + ["dispatcher.redeliveries", "ingester.callbacks.dead"]
        ),
        ("reaperd", reports + ["dispatcher.deliveries"]),
        ("consoled", reports + ["dispatcher.runs", "deadletter.requests"]),
        (
            "deadletterd",
            WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue) + ["deadletter.requests.dead"]
        ),
        ("service", ["ingester.callbacks"]), ("subscriber", []),
    ]

    /// Routing keys that each user may publish with, of which at least one leads to another queue than any given one.
    private static let permittedKeys: [(user: String, keys: [String])] = [
        ("operator", ["schedule.due", "run.requested"]), ("tickerd", ["schedule.due", "schedule.due.bulk"]),
        ("dispatcherd", ["schedule.due", "delivery.requested"]),
        ("courierd", ["delivery.accepted.0", "delivery.accepted.1"]),
        ("ingesterd", ["callback.received.0", "callback.received.1"]),
        ("reaperd", ["execution.expired.0", "execution.expired.1"]),
        ("consoled", ["execution.cancelled.0", "execution.cancelled.1"]),
        ("deadletterd", ["schedule.due", "run.requested"]),
    ]

    private static func publisher(_ user: String, _ node: PrivateBroker) throws -> ForeignPublisher {
        try ForeignPublisher(user: "belfry-\(user)", password: "secret", port: node.port)
    }

    private static func key(of binding: Topology.Binding) -> String {
        binding.routingKey == RoutingKey.any ? "any.key" : binding.routingKey
    }

    @Test func `the table has every user of the topology, and so has the definitions file`() {
        #expect(Self.reach.map { "belfry-\($0.user)" }.sorted() == Self.topology.users.map(\.name).sorted())
        #expect(
            Self.permittedKeys.map(\.user) == Self.reach.map(\.user).filter { $0 != "service" && $0 != "subscriber" })
    }

    @Test(arguments: reach)
    func `a user may publish into the queues of its table, and into no other`(user: String, queues: [String])
        async throws
    {
        let node = try await Self.node.value
        let publisher = try Self.publisher(user, node)
        var reached: Set<String> = []
        for binding in Self.topology.bindings {
            let answer = try publisher.publish(to: binding.exchange, key: Self.key(of: binding), id: "direct")
            if answer == .taken { reached.insert(String(binding.queue.dropFirst("belfry.".count))) }
        }
        #expect(reached == Set(queues))
        // The default exchange leads to every queue by its name.
        for queue in Self.topology.queues {
            let answer = try publisher.publish(to: "", key: queue.name, id: "direct")
            #expect(answer == .refused)
        }
        for header in ForeignPublisher.CopyHeader.allCases {
            let everywhere = Self.topology.queues.map(\.name)
            let answer = try publisher.publish(to: "", key: "x", copies: (header, everywhere), id: "direct")
            #expect(answer == .refused)
        }
    }

    @Test(arguments: ForeignPublisher.CopyHeader.allCases)
    func `a service's user reaches nothing but the queue of callbacks with CC and BCC`(
        header: ForeignPublisher.CopyHeader
    ) async throws {
        let node = try await Self.node.value
        let publisher = try Self.publisher("service", node)
        let keys = Self.topology.bindings.map(Self.key)
        for exchange in Self.topology.exchanges {
            let before = try await Self.depths(node)
            let answer = try publisher.publish(
                to: exchange, key: "callback.received", copies: (header, keys), id: "service")
            guard exchange == "belfry.callbacks" else {
                #expect(answer == .refused)
                continue
            }
            #expect(answer == .taken)
            _ = try await until("the callback is in its queue") {
                try await Self.depths(node)["belfry.ingester.callbacks"] ?? 0 > before["belfry.ingester.callbacks"] ?? 0
                    ? true : nil
            }
        }
        // The attack that CC makes possible where a service may publish to the pipeline.
        let attack = try publisher.publish(
            to: "belfry", key: "callback.received", copies: (header, ["run.requested"]), id: "attack")
        #expect(attack == .refused)
    }

    @Test func `what a stage's user leads into a queue by CC or BCC is a dead letter, and no stage handles it`()
        async throws
    {
        let node = try await Self.node.value
        try await node.control(["eval", "[rabbit_amqqueue:purge(Q) || Q <- rabbit_amqqueue:list()]."])
        var smuggled: [WorkQueue: Set<String>] = [:]
        for (user, keys) in Self.permittedKeys {
            let publisher = try Self.publisher(user, node)
            for queue in WorkQueue.allCases where queue.exchange == .pipeline {
                let permitted = try #require(keys.first { !queue.accepts(routingKey: $0) })
                for header in ForeignPublisher.CopyHeader.allCases {
                    let id = "\(user) to \(queue.rawValue) by \(header.rawValue)"
                    let answer = try publisher.publish(
                        to: "belfry", key: permitted, copies: (header, queue.routingKeys), id: id)
                    #expect(answer == .taken)
                    smuggled[queue, default: []].insert(id)
                }
            }
        }
        let handled = try await Self.consumeAll(node)
        for (queue, ids) in smuggled {
            #expect(handled[queue, default: []].isDisjoint(with: ids), "\(queue)")
            // The baton's queue has no dead letters: a forged one is dropped, and a ticker makes a new one.
            guard queue.hasDeadLetters else { continue }
            let letters = try await Self.deadLetters(of: queue, node)
            #expect(Set(letters.filter { $0.reason == "forbidden" }.map(\.id)) == ids, "\(queue)")
        }
    }

    /// Consumes every work queue as the stages do, until all are empty. Returns the ids that stages get to handle.
    private static func consumeAll(_ node: PrivateBroker) async throws -> [WorkQueue: Set<String>] {
        let handled = Handled()
        try await withBroker(node.url) { broker in
            try await untilReady(broker)
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            try await withThrowingTaskGroup(of: Void.self) { group in
                for queue in WorkQueue.allCases {
                    let settlement = Settlement(of: queue, broker: broker, time: SystemTime(), logger: logger)
                    let subscription = await settlement.subscribe(prefetch: 100)
                    group.addTask {
                        while let batch = try? await subscription.next(limit: 100) {
                            await handled.add(batch.compactMap(\.id), of: queue)
                            await subscription.acknowledge(batch.map(\.tag))
                        }
                    }
                }
                _ = try await until("the work queues are empty") {
                    let depths = try await depths(node)
                    return WorkQueue.allCases.allSatisfy { depths["belfry.\($0.rawValue)"] == 0 } ? true : nil
                }
                group.cancelAll()
            }
        }
        return await handled.ids
    }

    /// What stages get to handle.
    private actor Handled {
        private(set) var ids: [WorkQueue: Set<String>] = [:]

        func add(_ more: [String], of queue: WorkQueue) { ids[queue, default: []].formUnion(more) }
    }

    private static func depths(_ node: PrivateBroker) async throws -> [String: Int] {
        let listed = try await node.control(["list_queues", "name", "messages", "--no-table-headers"])
        let pairs = listed.split(separator: "\n").compactMap { line -> (String, Int)? in
            let parts = line.split(separator: "\t")
            return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        return Dictionary(pairs) { $1 }
    }

    /// Takes all dead letters of a queue.
    private static func deadLetters(
        of queue: WorkQueue, _ node: PrivateBroker
    ) async throws -> [(id: String, reason: String)] {
        let answer = try await Program.run(
            "/usr/bin/curl",
            [
                "-s", "-u", "admin:secret", "-X", "POST", "-H", "Content-Type: application/json", "-d",
                #"{"count": 1000, "ackmode": "ack_requeue_false", "encoding": "auto"}"#,
                "http://127.0.0.1:\(node.managementPort)/api/queues/%2F/belfry.\(queue.rawValue).dead/get",
            ])
        guard case .array(let letters) = try JSONValue(parsing: Array(answer.output.utf8), limits: .trusted) else {
            throw TestFailure("the management API answered \(answer.output.prefix(200))")
        }
        return letters.map { letter in
            let properties = letter["properties"]
            let reason = properties?["headers"]?[Header.deadReason]?.string
            return (properties?["message_id"]?.string ?? "", reason ?? "")
        }
    }
}
