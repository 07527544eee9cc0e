import JSON
import Messaging
import Testing

/// Guarantee: `belfry topology check` with BELFRY_MANAGEMENT_URL finds every difference, and names each cause once.
@Suite struct `The comparison with a broker` {
    private static let topology = Topology(prefix: "belfry")
    private static let retry = "belfry.courier.retry.5"

    @Test(arguments: TopologyChange.ofObjects + TopologyChange.ofPolicies + TopologyChange.ofRights)
    func `of definitions, policies and rights names each difference once, with its repair`(change: TopologyChange) {
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
        let start = #"rabbitmqctl set_policy -p / --priority 7 --apply-to queues 'it'\''s $HOME' '^(?!belfry(|"#
        #expect(repair?.hasPrefix(start) == true)
        #expect(repair?.hasSuffix(#")$)(?=.*(?:^a|b'\''))' '{"max-length":5}'"#) == true)
    }

    @Test func `leaves a broad policy to all names that are not the topology's own`() throws {
        var broker = ListedBroker(Self.topology)
        broker.add(policy: "broad", priority: 7, in: .policies, to: [Self.retry], pattern: "e")
        let repair = try #require(Self.topology.faults(in: broker.state, virtualHost: "/").first?.repair)
        let pattern = try Regex(String(try #require(repair.split(separator: "'").dropFirst().first)))
        for own in Self.topology.queues.map(\.name) + Self.topology.exchanges {
            #expect(own.firstMatch(of: pattern) == nil)
        }
        for other in ["belfry.subscriber.a", "belfry.fork.storage", "belfry.mine", "belfryXdead", "others"] {
            #expect(other.firstMatch(of: pattern) != nil)
        }
    }

    /// The command of docs/operations.md, section “Dead letters”.
    @Test func `says as a hint that an operator policy drops old dead letters, also without statistics`() {
        var broker = ListedBroker(Self.topology)
        broker.add(
            policy: "belfry-old-deliveries", in: .operatorPolicies, to: [],
            pattern: #"^belfry\.courier\.(deliveries|bulk)\.dead$"#,
            definition: ["message-ttl": .integer(604_800_000)])
        #expect(Self.topology.faults(in: broker.state, virtualHost: "/") == [])
        #expect(
            Self.topology.hints(in: broker.state) == [
                "operator policy belfry-old-deliveries drops dead letters by message-ttl: belfry.courier.bulk.dead "
                    + "and 1 more"
            ])
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
