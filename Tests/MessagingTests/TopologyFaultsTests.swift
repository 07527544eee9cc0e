import JSON
import Messaging
import Testing

/// Guarantee: `belfry topology check` with BELFRY_MANAGEMENT_URL finds every difference, and names each cause once.
@Suite struct `The comparison with a broker` {
    private static let topology = Topology(prefix: "belfry")

    /// A change of what the broker has, with the codes and the objects of the faults that it leads to.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var faults: [String]
        var change: @Sendable (inout ListedBroker) -> Void

        init(_ description: String, _ faults: [String], _ change: @escaping @Sendable (inout ListedBroker) -> Void) {
            testDescription = description
            self.faults = faults
            self.change = change
        }
    }

    private static func fields(_ pairs: KeyValuePairs<String, String>) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: pairs.map { ($0, .string($1)) })
    }

    private static let retry = "belfry.courier.retry.5"

    static let objectChanges: [Change] = [
        Change("nothing", []) { _ in },
        Change("fields of newer brokers", []) { broker in
            for section in BrokerState.Section.allCases { broker.set("new", .bool(true), in: section) { _ in true } }
        },
        Change("an exchange of another type", ["exchange_different: exchange belfry.events"]) {
            $0.set("type", .string("direct"), in: .exchanges, named: "belfry.events")
        },
        Change("an internal exchange", ["exchange_different: exchange belfry"]) {
            $0.set("internal", .bool(true), in: .exchanges, named: "belfry")
        },
        Change("an exchange that ends with its last queue", ["exchange_different: exchange belfry.dead"]) {
            $0.set("auto_delete", .bool(true), in: .exchanges, named: "belfry.dead")
        },
        Change("an exchange that is not durable", ["exchange_different: exchange belfry.dead"]) {
            $0.set("durable", .bool(false), in: .exchanges, named: "belfry.dead")
        },
        Change("a classic queue", ["queue_different: queue \(retry)"]) {
            $0.set("arguments", .object([:]), in: .queues, named: retry)
        },
        Change("a queue with more arguments", ["queue_different: queue \(retry)"]) {
            $0.set(
                "arguments", .object(["x-queue-type": .string("quorum"), "x-expires": .integer(5)]), in: .queues,
                named: retry)
        },
        Change("a queue that is not durable", ["queue_different: queue \(retry)"]) {
            $0.set("durable", .bool(false), in: .queues, named: retry)
        },
        Change(
            "the ladder can be reached from the exchange of the pipeline",
            ["binding_extra: binding of queue \(retry) to exchange belfry, key \(retry)"]
        ) { $0.bind("belfry", "queue", retry, key: retry) },
        Change(
            "an exchange of a stranger leads into the pipeline",
            ["binding_extra: binding of exchange belfry to exchange it's, key a b/c"]
        ) { $0.bind("it's", "exchange", "belfry", key: "a b/c") },
        Change("queues and exchanges of others are bound to events", []) {
            $0.bind("belfry.events", "queue", "audit/ü", key: "execution.#")
            $0.bind("belfry.events", "exchange", "audit", key: "#")
            $0.bind("", "queue", retry, key: retry)
        },
        Change(
            "a binding has arguments",
            ["binding_different: binding of queue \(retry) to exchange belfry.retry, key courier.retry.5"]
        ) {
            $0.set("arguments", .object(["x-match": .string("any")]), in: .bindings) { entry in
                entry["destination"] == .string(retry)
            }
        },
        Change(
            "a binding is there twice, once with arguments",
            ["binding_extra: binding of queue \(retry) to exchange belfry.retry, key courier.retry.5"]
        ) { $0.bind("belfry.retry", "queue", retry, key: "courier.retry.5", arguments: ["a": .integer(1)]) },
    ]

    static let policyChanges: [Change] = [
        Change("another pattern", ["policy_different: policy \(retry)"]) {
            $0.set("pattern", .string(".*"), in: .policies, named: retry)
        },
        Change("another definition", ["policy_different: policy \(retry)"]) {
            $0.set("definition", .object([:]), in: .policies, named: retry)
        },
        Change("a policy for exchanges", ["policy_different: policy \(retry)"]) {
            $0.set("apply-to", .string("exchanges"), in: .policies, named: retry)
        },
        Change("a negative priority", ["policy_different: policy \(retry)"]) {
            $0.set("priority", .integer(-1), in: .policies, named: retry)
        },
        Change("a policy as newer brokers allow it", []) {
            $0.set("priority", .integer(5), in: .policies, named: retry)
            $0.set("apply-to", .string("quorum_queues"), in: .policies, named: retry)
        },
        Change("a broad policy of somebody else that applies to others only", []) {
            $0.add(policy: "all", priority: -1, in: .policies, to: [])
        },
        Change("a broad policy with a higher priority", ["policy_overridden: policy ha/all"]) {
            $0.add(policy: "ha/all", priority: 1, in: .policies, to: [retry, "belfry.dispatcher.due.dead"])
        },
        Change("another policy applies while one is missing", ["policy_missing: policy \(retry)"]) { broker in
            broker.lists[.policies]?.removeAll { $0["name"] == .string(retry) }
            broker.add(policy: "all", priority: 0, in: .policies, to: [retry])
        },
        Change("an operator policy with a shorter wait", ["operator_policy_overrides: operator policy short"]) {
            $0.add(
                policy: "short", in: .operatorPolicies, to: [retry], definition: ["message-ttl": .integer(1)],
                effective: ["message-ttl": .integer(1)])
        },
        Change("an operator policy with a longer wait changes nothing", []) {
            $0.add(
                policy: "long", in: .operatorPolicies, to: [retry], definition: ["message-ttl": .integer(9_000_000)],
                effective: ["message-ttl": .integer(5_000)])
        },
        Change("an operator policy that drops reports", ["operator_policy_overrides: operator policy expiry"]) {
            $0.add(
                policy: "expiry", in: .operatorPolicies, to: ["belfry.ingester.reports.0"],
                definition: ["expires": .integer(1)], effective: [:])
        },
        Change("an operator policy with a length limit", []) {
            $0.add(
                policy: "length", in: .operatorPolicies, to: [retry], definition: ["max-length": .integer(1_000_000)],
                effective: [:])
        },
    ]

    private static let service = "permissions of user belfry-service"

    static let rightsChanges: [Change] = [
        Change("a user with a tag", ["user_tagged: user belfry-tickerd"]) {
            $0.set("tags", .array([.string("administrator")]), in: .users, named: "belfry-tickerd")
        },
        Change("a user with a tag on an older broker", ["user_tagged: user belfry-tickerd"]) {
            $0.set("tags", .string("monitoring,management"), in: .users, named: "belfry-tickerd")
        },
        Change("a user without a password", ["user_without_password: user belfry-tickerd"]) {
            $0.set("password_hash", .string(""), in: .users, named: "belfry-tickerd")
        },
        Change("a user that may read", ["permissions_different: \(service)"]) {
            $0.set("read", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Change("a user that may write to all exchanges", ["permissions_different: \(service)"]) {
            $0.set("write", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Change("a user that may configure", ["permissions_different: \(service)"]) {
            $0.set("configure", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Change(
            "a user with rights elsewhere", ["permissions_elsewhere: \(service) on virtual host o'ther/ü"]
        ) {
            let entry = fields(["user": "belfry-service", "vhost": "o'ther/ü", "write": "^$"])
            $0.lists[.permissions]?.append(entry)
        },
        Change(
            "a user that may publish with other keys",
            ["topic_permissions_different: topic permissions of user belfry-tickerd on exchange belfry"]
        ) {
            $0.set("write", .string(".*"), in: .topicPermissions) {
                $0["user"] == .string("belfry-tickerd") && $0["exchange"] == .string("belfry")
            }
        },
        Change(
            "the operator has fewer rights",
            ["topic_permissions_extra: topic permissions of user belfry-operator on exchange belfry"]
        ) {
            $0.lists[.topicPermissions]?.append(
                fields(["user": "belfry-operator", "vhost": "/", "exchange": "belfry", "write": "^$", "read": "^$"]))
        },
        Change("rights of other users, on other exchanges and hosts", []) {
            for (user, host, exchange) in [
                ("somebody", "/", "belfry"), ("belfry-consoled", "/", "theirs"), ("belfry-service", "other", "belfry"),
            ] {
                $0.lists[.topicPermissions]?.append(
                    fields(["user": user, "vhost": host, "exchange": exchange, "write": ".*", "read": ".*"]))
            }
        },
        Change("too few queues", ["vhost_limited: limit max-queues of virtual host /"]) {
            $0.lists[.virtualHostLimits] = [["vhost": .string("/"), "value": .object(["max-queues": .integer(3)])]]
        },
        Change("enough queues, or no limit", []) {
            let limits: [String: JSONValue] = ["max-queues": .integer(3_000), "max-connections": .integer(-1)]
            $0.lists[.virtualHostLimits] = [["vhost": .string("/"), "value": .object(limits)]]
        },
        Change("no connections for a user", ["user_limited: limit max-connections of user belfry-tickerd"]) {
            $0.set("limits", .object(["max-connections": .integer(0)]), in: .users, named: "belfry-tickerd")
        },
    ]

    @Test(arguments: objectChanges + policyChanges + rightsChanges)
    func `of definitions, policies and rights names each difference once, with its repair`(change: Change) {
        var broker = ListedBroker(Self.topology)
        change.change(&broker)
        let faults = Self.topology.faults(in: broker.state, virtualHost: "/")
        #expect(faults.map { "\($0.code.rawValue): \($0.what)" } == change.faults)
        #expect(faults.allSatisfy { !$0.repair.isEmpty && $0.found != $0.expected })
        #expect(faults.allSatisfy { !"\($0.json.text)".contains("hash-of-") })
    }

    @Test(arguments: [
        (BrokerState.Section.exchanges, "exchange_missing"), (.queues, "queue_missing"),
        (.bindings, "binding_missing"), (.policies, "policy_missing"), (.users, "user_missing"),
        (.permissions, "permissions_missing"), (.topicPermissions, "topic_permissions_missing"),
        (.virtualHosts, "vhost_missing"),
    ])
    func `finds each single object that is missing, and nothing else`(section: BrokerState.Section, code: String) {
        let complete = ListedBroker(Self.topology)
        let count = complete.lists[section]?.count ?? 0
        #expect(count > 0)
        for index in 0..<count {
            var broker = complete
            broker.lists[section]?.remove(at: index)
            let faults = Self.topology.faults(in: broker.state, virtualHost: "/")
            #expect(faults.map(\.code.rawValue) == [code])
            #expect(faults.first?.found == "nothing" && faults.first?.repair == "belfry topology apply")
        }
    }

    @Test func `says that the virtual host is missing if the broker has another one, or nothing`() {
        #expect(Self.topology.faults(in: BrokerState([:]), virtualHost: "/").map(\.code) == [.virtualHostMissing])
        let other = ListedBroker(Self.topology)
        let faults = Self.topology.faults(in: other.state, virtualHost: "a/b")
        #expect(faults.map(\.what) == ["virtual host a/b"])
    }

    @Test func `repairs another environment with its prefix`() {
        let topology = Topology(prefix: "staging")
        var broker = ListedBroker(topology)
        broker.lists[.exchanges]?.removeLast()
        let faults = topology.faults(in: broker.state, virtualHost: "/")
        #expect(faults.map(\.repair) == ["belfry topology apply --prefix staging"])
    }

    @Test func `repairs what others have set with a command that a shell reads as it is meant`() {
        var broker = ListedBroker(Self.topology)
        broker.add(policy: "it's $HOME", priority: 7, in: .policies, to: [Self.retry], pattern: "^a|b'")
        let repair = Self.topology.faults(in: broker.state, virtualHost: "/").first?.repair
        #expect(
            repair == #"rabbitmqctl set_policy -p / --priority 7 --apply-to queues 'it'\''s $HOME' "#
                + #"'^(?!belfry(\.|$))(?=.*(?:^a|b'\''))' '{"max-length":5}'"#)
    }

    @Test func `keeps the other limits of a virtual host`() {
        var broker = ListedBroker(Self.topology)
        let limits: [String: JSONValue] = ["max-queues": .integer(0), "max-connections": .integer(900)]
        broker.lists[.virtualHostLimits] = [["vhost": .string("/"), "value": .object(limits)]]
        let repairs = Self.topology.faults(in: broker.state, virtualHost: "/").map(\.repair)
        #expect(repairs == [#"rabbitmqctl set_vhost_limits -p / '{"max-connections":900}'"#])
    }

    @Test func `names unknown queues and exchanges with the prefix as hints, except those that are left to others`() {
        var broker = ListedBroker(Self.topology)
        #expect(Self.topology.hints(in: broker.state) == [])
        for name in [
            "belfry.old", "belfrys", "other", "belfry.fork.archive", "belfry.subscriber.audit",
            "belfry.answers.0f8fad5b-d9cb-469f-a165-70867728950e", "belfry.answers.x",
        ] {
            broker.lists[.queues]?.append(["name": .string(name)])
        }
        broker.lists[.exchanges]?.append(["name": .string("belfry.gone")])
        let suffix = "is not part of the topology, but has its prefix"
        #expect(
            Self.topology.hints(in: broker.state) == [
                "queue belfry.answers.x \(suffix)", "queue belfry.old \(suffix)", "exchange belfry.gone \(suffix)",
            ])
        #expect(Self.topology.faults(in: broker.state, virtualHost: "/") == [])
    }
    @Test func `says nothing of enabled forks`() {
        var broker = ListedBroker(Self.topology)
        for fork in EventFork.allCases {
            var options = ForkOptions(fork)
            if fork == .replay {
                options.destinations = ["mine/again", "queue:mine"].compactMap { ReplayDestination($0) }
            }
            broker.add(ForkTopology(fork, options, prefix: Self.topology.prefix))
        }
        #expect(broker.lists[.queues]?.contains { $0["name"] == .string("belfry.fork.storage") } == true)
        #expect(Self.topology.faults(in: broker.state, virtualHost: "/") == [])
        #expect(Self.topology.hints(in: broker.state) == [])
    }
}
