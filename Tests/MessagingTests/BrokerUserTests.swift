import JobCore
import Messaging
import Testing

/// Guarantee: a stage's user has the permissions that the stage needs, and no others.
@Suite struct `A stage's broker user` {
    private struct Rights {
        var publishes: Set<String>
        var reads: Set<String>
        /// The queues whose dead letters it may publish.
        var deadLetters: Set<String>
    }

    /// The rights that each stage needs for the route.
    private static let rights: [String: Rights] = [
        "tickerd": Rights(
            publishes: ["schedule.due", "ticker.baton"], reads: ["belfry.ticker.baton"], deadLetters: []),
        "dispatcherd": Rights(
            publishes: ["delivery.requested", "execution.finished"],
            reads: [
                "belfry.dispatcher.due", "belfry.dispatcher.runs", "belfry.dispatcher.deliveries",
                "belfry.dispatcher.redeliveries",
            ],
            deadLetters: [
                "dispatcher.due", "dispatcher.runs", "dispatcher.deliveries", "dispatcher.redeliveries",
            ]),
        "courierd": Rights(
            publishes: [
                "delivery.accepted", "delivery.deferred", "delivery.refused", "courier.retry.1", "courier.retry.2",
                "courier.retry.5", "courier.retry.10", "courier.retry.30", "courier.retry.60", "courier.retry.120",
                "courier.retry.600", "courier.retry.1800", "courier.retry.7200", "courier.retry.18000",
                "courier.retry.36000",
            ], reads: ["belfry.courier.deliveries"], deadLetters: ["courier.deliveries"]),
        "ingesterd": Rights(
            publishes: ["callback.received", "execution.started", "execution.progressed", "execution.finished"],
            reads: ["belfry.ingester.reports"], deadLetters: ["ingester.reports"]),
        "reaperd": Rights(publishes: ["execution.expired", "redelivery.requested"], reads: [], deadLetters: []),
        "consoled": Rights(
            publishes: ["run.requested", "execution.cancelled", "job.changed"], reads: [], deadLetters: []),
    ]

    private static let topology = Topology(prefix: "belfry")

    private static let allKeys =
        Set(WorkQueue.allCases.flatMap(\.routingKeys))
        .union(RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) })
        .union(["execution.started", "execution.progressed", "execution.finished", "job.changed"])
        .union(["schedule", "schedulexdue", "schedule.due.x", "courier.retry", "#", "*", ""])

    private static func user(_ stage: String) throws -> BrokerUser {
        try #require(topology.users.first { $0.name == "belfry-\(stage)" })
    }

    /// Like RabbitMQ: a permission is searched in the name, and an empty permission matches the empty name only.
    private static func allows(_ pattern: String?, _ name: String) throws -> Bool {
        guard let pattern, !pattern.isEmpty else { return name.isEmpty }
        return try Regex(pattern).firstMatch(in: name) != nil
    }

    @Test(arguments: rights.keys.sorted())
    func `a stage's user may publish the messages of its stage, and nothing else`(stage: String) throws {
        let user = try Self.user(stage)
        let rights = try #require(Self.rights[stage])
        let allowed = try Self.allKeys.filter { try Self.allows(user.topicWrite["belfry"], $0) }
        #expect(allowed == rights.publishes)
        #expect(try Self.allows(user.write, "belfry"))
    }

    @Test(arguments: rights.keys.sorted())
    func `a stage's user may publish dead letters of its own queues only`(stage: String) throws {
        let user = try Self.user(stage)
        let rights = try #require(Self.rights[stage])
        let keys = WorkQueue.allCases.map(\.rawValue) + Self.allKeys
        let allowed = try Set(keys.filter { try Self.allows(user.topicWrite["belfry.dead"], $0) && $0 != "" })
        #expect(allowed == rights.deadLetters)
        #expect(try Self.allows(user.write, "belfry.dead") == !rights.deadLetters.isEmpty)
    }

    @Test(arguments: rights.keys.sorted())
    func `a stage's user may read its stage's queues, and nothing else`(stage: String) throws {
        let user = try Self.user(stage)
        let rights = try #require(Self.rights[stage])
        let names = Self.topology.queues.map(\.name) + Self.topology.exchanges
        #expect(try Set(names.filter { try Self.allows(user.read, $0) }) == rights.reads)
    }

    @Test(arguments: rights.keys.sorted())
    func `a stage's user may declare nothing, and write to no queue or foreign exchange`(stage: String) throws {
        let user = try Self.user(stage)
        let names = Self.topology.queues.map(\.name) + Self.topology.exchanges
        #expect(try names.allSatisfy { try !Self.allows(user.configure, $0) })
        let others = Self.topology.queues.map(\.name) + ["amq.default", "amq.topic", "belfry2", "xbelfry", "belfry.x"]
        #expect(try others.allSatisfy { try !Self.allows(user.write, $0) })
    }

    @Test func `there is one broker user for each stage, and one for the operator`() {
        let names = Set(Self.rights.keys.map { "belfry-\($0)" }).union(["belfry-operator"])
        #expect(Set(Self.topology.users.map(\.name)) == names)
        #expect(Self.topology.users.count == names.count)
    }

    @Test func `the operator's user may use this environment and no other`() throws {
        let user = try Self.user("operator")
        for pattern in [user.configure, user.write, user.read] {
            for name in Self.topology.queues.map(\.name) + Self.topology.exchanges {
                #expect(try Self.allows(pattern, name))
            }
            for name in ["belfry2", "belfry2.dispatcher.due", "amq.topic", "my.belfry"] {
                #expect(try !Self.allows(pattern, name))
            }
        }
    }

    /// `delivery.due` is published by the broker itself, when a wait in the retry ladder is over.
    @Test func `for every routing key of a queue, some user may publish it, or a retry queue leads to it`() throws {
        for key in WorkQueue.allCases.flatMap(\.routingKeys) where key != RoutingKey.deliveryDue {
            let users = try Self.topology.users.filter { try Self.allows($0.topicWrite["belfry"], key) }
            #expect(!users.isEmpty, "no user may publish \(key)")
        }
    }
}
