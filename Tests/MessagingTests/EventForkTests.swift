import JSON
import Messaging
import Testing

@Suite struct `The topology of an event fork` {
    private func options(_ fork: EventFork, _ change: (inout ForkOptions) -> Void = { _ in }) -> ForkOptions {
        var options = ForkOptions(fork)
        change(&options)
        return options
    }

    @Test(arguments: EventFork.allCases) func `has names apart from the pipeline's`(fork: EventFork) {
        let topology = Topology(prefix: "belfry")
        let wanted = ForkTopology(fork, ForkOptions(fork), prefix: "belfry")
        #expect(!topology.queues.contains { $0.name == wanted.queue?.name })
        #expect(!topology.policies.contains { $0.name == wanted.policy?.name })
        #expect(!topology.users.contains { $0.name == wanted.user?.name })
        #expect(fork.queueName(prefix: "a") == (fork == .replay ? nil : "a.fork.\(fork.rawValue)"))
    }

    @Test func `archive is a stream with retention by age and size, and no user`() {
        let archive = ForkTopology(.archive, ForkOptions(.archive), prefix: "belfry")
        #expect(archive.queue?.arguments == ["x-queue-type": .string("stream")])
        #expect(archive.policy?.pattern == #"^belfry\.fork\.archive$"#)
        #expect(
            archive.policy?.definition == [
                "max-age": .string("30D"), "max-length-bytes": .integer(10_000_000_000),
                "stream-max-segment-size-bytes": .integer(20_000_000),
            ])
        #expect(archive.user == nil)
    }

    @Test(
        arguments: [
            (60, 1_000_000, "1m", 100_000), (90, 1_000_000_000, "90s", 2_000_000), (7_200, 5_000_000, "2h", 100_000),
            (86_400, 1_000_000_000_000, "1D", 100_000_000), (90_000, 50_000_000, "25h", 100_000),
        ] as [(Int64, Int64, String, Int64)])
    func `archive has segments that are small beside it`(age: Int64, bytes: Int64, text: String, segment: Int64) {
        let chosen = options(.archive) { ($0.ageSecondsMax, $0.bytesMax) = (age, bytes) }
        let definition = ForkTopology(.archive, chosen, prefix: "belfry").policy?.definition
        #expect(definition?["max-age"] == .string(text))
        #expect(definition?["stream-max-segment-size-bytes"] == .integer(segment))
    }

    @Test func `storage refuses events when it is full, and its user only reads it`() {
        let storage = ForkTopology(.storage, ForkOptions(.storage), prefix: "belfry")
        #expect(storage.queue?.arguments == ["x-queue-type": .string("quorum")])
        #expect(
            storage.policy?.definition == [
                "max-length-bytes": .integer(2_000_000_000), "overflow": .string("reject-publish"),
                "delivery-limit": .integer(1_000_000_000),
            ])
        let user = storage.user
        #expect(user?.name == "belfry-exporterd" && user?.read == #"^(belfry\.fork\.storage)$"#)
        #expect(user?.write == "^$" && user?.configure == "^$" && user?.topicWrite == [:])
    }

    @Test func `replay may publish where the operator says, and read the archive`() {
        let texts = ["billing/in.events", "billing/in.other", "audit/", "queue:own"]
        let chosen = options(.replay) { $0.destinations = texts.compactMap(ReplayDestination.init) }
        let user = ForkTopology(.replay, chosen, prefix: "belfry").user
        #expect(user?.name == "belfry-replay" && user?.read == #"^(belfry\.fork\.archive)$"#)
        #expect(user?.write == #"^(amq\.default|audit|billing)$"# && user?.configure == "^$")
        #expect(user?.topicWrite == ["billing": #"^(in\.events|in\.other)$"#, "audit": "^()$"])
    }

    @Test func `replay may publish to exactly the names that were given, whatever their characters`() {
        let chosen = options(.replay) {
            $0.destinations = ["a.*b/k+(1)|x", "c$/#.*"].compactMap(ReplayDestination.init)
        }
        let user = ForkTopology(.replay, chosen, prefix: "belfry").user
        #expect(user?.write == #"^(a\.\*b|c\$)$"#)
        #expect(user?.topicWrite == ["a.*b": #"^(k\+\(1\)\|x)$"#, "c$": #"^(#\.\*)$"#])
    }

    @Test(arguments: EventFork.allCases) func `is complete in a broker that has its definitions`(fork: EventFork) {
        let chosen = options(fork) {
            if fork == .archive { ($0.ageSecondsMax, $0.bytesMax) = (3_600, 1_000_000) }
        }
        let present = ForkTopology(fork, chosen, prefix: "belfry").definitions()
        let state = ForkState(fork, inDefinitions: present, virtualHost: "/", prefix: "belfry")
        #expect(state.isEnabled && state.faults == [] && state.options == chosen)
        let elsewhere = ForkState(fork, inDefinitions: present, virtualHost: "/", prefix: "staging")
        #expect(!elsewhere.isEnabled && elsewhere.faults == [])
    }

    @Test(
        arguments: [
            (3_600, 1_000_000, false), (7_200, 2_000_000, false), (3_599, 1_000_000, true), (3_600, 999_999, true),
        ] as [(Int64, Int64, Bool)])
    func `loses events by a smaller limit, if it is an archive`(age: Int64, bytes: Int64, mayLose: Bool) {
        func state(_ fork: EventFork, without section: String? = nil) -> ForkState {
            let present = options(fork) { ($0.ageSecondsMax, $0.bytesMax) = (3_600, 1_000_000) }
            var definitions = ForkTopology(fork, present, prefix: "belfry").definitions()
            if let section, case .object(var fields) = definitions {
                fields[section] = .array([])
                definitions = .object(fields)
            }
            return ForkState(fork, inDefinitions: definitions, virtualHost: "/", prefix: "belfry")
        }
        let other = options(.archive) { ($0.ageSecondsMax, $0.bytesMax) = (age, bytes) }
        #expect(state(.archive).isLimited && state(.storage).isLimited)
        #expect(state(.archive).mayLoseEvents(by: other) == mayLose)
        #expect(!state(.storage).mayLoseEvents(by: other))
        // Without its policy the archive has no limit that it could keep.
        #expect(state(.archive, without: "policies").mayLoseEvents(by: other))
        #expect(!ForkState(.archive, inDefinitions: .null, virtualHost: "/", prefix: "belfry").mayLoseEvents(by: other))
    }

    @Test(arguments: [
        ("bindings", "the binding is missing or different"), ("policies", "the policy is missing or different"),
        ("queues", "the queue is missing or different"), ("users", "the user is missing or different"),
        ("permissions", "the permissions of the user is missing or different"),
    ])
    func `differs from a broker that lacks a part of it`(section: String, fault: String) {
        guard
            case .object(var present) = ForkTopology(.storage, ForkOptions(.storage), prefix: "belfry").definitions()
        else {
            Issue.record("definitions are one JSON object")
            return
        }
        present[section] = .array([])
        let state = ForkState(.storage, inDefinitions: .object(present), virtualHost: "/", prefix: "belfry")
        #expect(state.isEnabled && state.faults == [fault])
        #expect(!ForkState(.storage, inDefinitions: .null, virtualHost: "/", prefix: "belfry").isEnabled)
    }

    private func state(
        of fork: EventFork, _ options: ForkOptions, _ section: String, _ change: ([JSONValue]) -> [JSONValue]
    ) -> ForkState {
        var definitions = ForkTopology(fork, options, prefix: "belfry").definitions()
        if case .object(var present) = definitions, case .array(let entries) = present[section] {
            present[section] = .array(change(entries))
            definitions = .object(present)
        }
        return ForkState(fork, inDefinitions: definitions, virtualHost: "/", prefix: "belfry")
    }

    @Test func `gives its user no tags, no topic permissions of storage, and no exchange with every key`() {
        let topics = "the topic permissions of the user are missing or different"
        let tagged = state(of: .storage, ForkOptions(.storage), "users") { _ in
            [.object(["name": .string("belfry-exporterd"), "tags": .string("administrator")])]
        }
        #expect(tagged.faults == ["the user has tags"] && !tagged.isQueueDifferent)
        let surplus = state(of: .storage, ForkOptions(.storage), "topic_permissions") { _ in
            [
                .object([
                    "user": .string("belfry-exporterd"), "vhost": .string("/"), "exchange": .string("belfry"),
                    "write": .string(".*"), "read": .string("^$"),
                ])
            ]
        }
        #expect(surplus.faults == [topics])
        let chosen = options(.replay) {
            $0.destinations = ["b/x", "a/y", "queue:q"].compactMap(ReplayDestination.init)
        }
        #expect(state(of: .replay, chosen, "topic_permissions") { $0 }.faults == [])
        let missing = state(of: .replay, chosen, "topic_permissions") { Array($0.dropFirst()) }
        #expect(missing.faults == [topics])
        #expect(
            missing.topologyFaults(prefix: "belfry").map(\.repair)
                == ["belfry forks enable replay --to EXCHANGE/KEY"])
    }

    @Test func `has topic permissions that an earlier choice left behind`() {
        func wanted(_ text: String) -> ForkTopology {
            let chosen = options(.replay) { $0.destinations = [text].compactMap(ReplayDestination.init) }
            return ForkTopology(.replay, chosen, prefix: "belfry")
        }
        let present = wanted("billing/in").definitions()
        for (text, isSurplus) in [("billing/in", false), ("billing/out", false), ("audit/in", true), ("queue:q", true)]
        {
            #expect(
                ForkState.surplusTopicPermissions(of: wanted(text), inDefinitions: present, virtualHost: "/")
                    == isSurplus)
        }
    }
}

@Suite struct `The destination of a replay` {
    @Test(arguments: [
        ("billing/in", "billing", "in"), ("billing/", "billing", ""), ("a/b/c", "a", "b/c"), ("queue:q", "", "q"),
        ("queue:a/b", "", "a/b"), ("größe/ü", "größe", "ü"),
    ])
    func `is an exchange with a key, or a queue`(text: String, exchange: String, key: String) {
        let destination = ReplayDestination(text)
        #expect(destination?.exchange == exchange && destination?.routingKey == key)
        #expect(destination?.description == text)
    }

    @Test(arguments: ["", "a", "/a", "/", "queue:", "a\0/b", String(repeating: "x", count: 256) + "/a"])
    func `is nothing else`(text: String) {
        #expect(ReplayDestination(text) == nil)
    }

    @Test(arguments: [
        ("belfry/schedule.due", false), ("belfry.events/x", false), ("belfry.callbacks/x", false),
        ("queue:belfry.dispatcher.due", false), ("queue:belfry.dispatcher.due.dead", false),
        ("queue:belfry.fork.storage", false), ("queue:belfry.of.mine", true), ("belfry.mine/x", true),
        ("queue:staging.dispatcher.due", true),
    ])
    func `is none of Belfry's own exchanges and queues`(text: String, isAllowed: Bool) {
        #expect((ReplayDestination(text)?.fault(prefix: "belfry") == nil) == isAllowed)
    }
}
