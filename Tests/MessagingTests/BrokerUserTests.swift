import JobCore
import Messaging
import Testing

/// Guarantee: a stage's user has the permissions that the stage needs, and no others.
@Suite struct `A stage's broker user` {
    private struct Rights {
        var publishes: Set<String>
        /// Whether it may publish events.
        var publishesEvents = false
        var reads: Set<String>
        /// The queues whose dead letters it may publish.
        var deadLetters: Set<String>
        /// The retry queues that it may publish to.
        var ladder: Set<String> = []
    }

    /// The rights that each stage needs for the route.
    private static let rights: [String: Rights] = [
        "tickerd": Rights(
            publishes: ["schedule.due", "schedule.due.bulk", "ticker.baton"], reads: ["belfry.ticker.baton"],
            deadLetters: []),
        "dispatcherd": Rights(
            publishes: [
                "schedule.due", "schedule.due.bulk", "delivery.requested", "delivery.requested.bulk",
                "delivery.mark.bulk",
            ], publishesEvents: true,
            reads: [
                "belfry.dispatcher.due", "belfry.dispatcher.bulk", "belfry.dispatcher.runs",
                "belfry.dispatcher.deliveries",
                "belfry.dispatcher.redeliveries",
            ],
            deadLetters: [
                "dispatcher.due", "dispatcher.bulk", "dispatcher.runs", "dispatcher.deliveries",
                "dispatcher.redeliveries",
            ]),
        "courierd": Rights(
            publishes: Set(
                lines(
                    "delivery.accepted", "delivery.deferred", "delivery.refused", "delivery.reports", "mark.taken")
                    + ["delivery.mark.requested"]),
            reads: ["belfry.courier.deliveries", "belfry.courier.bulk"],
            deadLetters: ["courier.deliveries", "courier.bulk"],
            ladder: Set(RetryLadder.stepsSeconds.map { "courier.retry.\($0)" })),
        "ingesterd": Rights(
            publishes: Set(
                lines("callback.received", "callback.reports", "sign_of_life") + ["redelivery.requested"]),
            publishesEvents: true,
            reads: Set(["belfry.ingester.callbacks"] + lines("belfry.ingester.reports")),
            deadLetters: Set(["ingester.callbacks"] + lines("ingester.reports"))),
        "reaperd": Rights(
            publishes: Set(lines("execution.expired", "delivery.overdue") + ["delivery.mark.due"]), reads: [],
            deadLetters: []),
        "consoled": Rights(
            publishes: Set(lines("execution.cancelled") + ["run.requested", "deadletter.requested"]),
            publishesEvents: true, reads: ["belfry.answers"], deadLetters: []),
        "deadletterd": Rights(
            publishes: Set(
                WorkQueue.allCases.filter { $0.hasDeadLetters && $0.exchange == .pipeline }.flatMap(\.routingKeys)),
            reads: Set(
                WorkQueue.allCases.filter(\.hasDeadLetters).map { "belfry.\($0.rawValue).dead" }
                    + ["belfry.deadletter.requests"]),
            deadLetters: ["deadletter.requests"]),
    ]

    /// These names, each with the four lines of reports.
    private static func lines(_ names: String...) -> [String] {
        names.flatMap { name in (0...3).map { "\(name).\($0)" } }
    }

    private static let topology = Topology(prefix: "belfry")

    private static let allKeys =
        Set(WorkQueue.allCases.filter { $0.exchange == .pipeline }.flatMap(\.routingKeys))
        .union(RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) })
        .union(["execution.created", "execution.started", "execution.finished", "job.changed"])
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

    /// Without a topic permission RabbitMQ need not match the key of each event, which names a job.
    @Test(arguments: rights.keys.sorted())
    func `a stage's user may publish events if its stage has any`(stage: String) throws {
        let user = try Self.user(stage)
        let rights = try #require(Self.rights[stage])
        #expect(try Self.allows(user.write, "belfry.events") == rights.publishesEvents)
        if rights.publishesEvents { #expect(user.topicWrite["belfry.events"] == nil) }
    }

    @Test func `a subscriber may declare, bind and read queues of its own, and reaches nothing else`() throws {
        let user = try Self.user("subscriber")
        let own = ["belfry.subscriber.a", "belfry.subscriber.audit.1"]
        let others =
            Self.topology.queues.map(\.name) + Self.topology.exchanges
            + ["belfry.subscriber", "belfry.subscriber.", "xbelfry.subscriber.a", "amq.default", "amq.topic"]
        for name in own {
            for pattern in [user.configure, user.write, user.read] { #expect(try Self.allows(pattern, name)) }
        }
        #expect(try others.allSatisfy { try !Self.allows(user.configure, $0) && !Self.allows(user.write, $0) })
        #expect(try others.filter { try Self.allows(user.read, $0) } == ["belfry.events"])
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
    func `only the courier's user may have deliveries wait in the ladder`(stage: String) throws {
        let user = try Self.user(stage)
        let rights = try #require(Self.rights[stage])
        let allowed = try Set(Self.allKeys.filter { try Self.allows(user.topicWrite["belfry.retry"], $0) && $0 != "" })
        #expect(allowed == rights.ladder)
        #expect(try Self.allows(user.write, "belfry.retry") == !rights.ladder.isEmpty)
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

    @Test func `services may publish callbacks, and reach nothing else`() throws {
        let user = try Self.user("service")
        let names = Self.topology.queues.map(\.name) + Self.topology.exchanges + ["amq.default", "amq.topic"]
        #expect(try names.filter { try Self.allows(user.write, $0) } == ["belfry.callbacks"])
        #expect(try names.allSatisfy { try !Self.allows(user.read, $0) && !Self.allows(user.configure, $0) })
        #expect(try Self.allows(user.topicWrite["belfry.callbacks"], "any.key"))
    }

    @Test func `there is one broker user for each stage, one for the operator, services and subscribers`() {
        let names = Set(Self.rights.keys.map { "belfry-\($0)" }).union([
            "belfry-operator", "belfry-service", "belfry-subscriber",
        ])
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

    @Test func `for every routing key of a queue, some user may publish it`() throws {
        // The broker itself publishes `delivery.due`, out of the retry queues.
        for key in Self.allKeys.subtracting([RoutingKey.deliveryDue])
        where WorkQueue.allCases.contains(where: { $0.exchange == .pipeline && $0.routingKeys.contains(key) }) {
            let users = try Self.topology.users.filter { try Self.allows($0.topicWrite["belfry"], key) }
            #expect(!users.isEmpty, "no user may publish \(key)")
        }
    }
}
