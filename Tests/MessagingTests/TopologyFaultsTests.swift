import JSON
import Messaging
import Testing

/// Guarantee: `belfry topology check --management-url` finds every right that a broker user has too few or too many.
@Suite struct `The comparison with a broker's definitions` {
    private static let topology = Topology(prefix: "belfry")

    /// A change of the entries of one section, with the faults that it leads to.
    struct Change: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var section: String
        var faults: [String]
        var change: @Sendable (inout [[String: JSONValue]]) -> Void

        init(
            _ description: String, _ section: String, _ faults: [String],
            _ change: @escaping @Sendable (inout [[String: JSONValue]]) -> Void
        ) {
            testDescription = description
            self.section = section
            self.faults = faults
            self.change = change
        }
    }

    /// Sets a field of the entries that have this value in another field.
    private static func set(
        _ field: String, _ value: JSONValue, where name: String, is text: String
    ) -> @Sendable (inout [[String: JSONValue]]) -> Void {
        { entries in
            for index in entries.indices where entries[index][name] == .string(text) { entries[index][field] = value }
        }
    }

    private static func permission(_ user: String, _ exchange: String, host: String = "/") -> [String: JSONValue] {
        [
            "user": .string(user), "vhost": .string(host), "exchange": .string(exchange), "write": .string(".*"),
            "read": .string(".*"),
        ]
    }

    private static let consoledTopics = [
        "the topic permissions of user belfry-consoled on exchange belfry differ or are missing",
        "the topic permissions of user belfry-consoled on exchange belfry.dead differ or are missing",
        "the topic permissions of user belfry-consoled on exchange belfry.retry differ or are missing",
    ]

    static let changes: [Change] = [
        Change("the same", "users", []) { _ in },
        Change("other users, in other virtual hosts, on other exchanges", "topic_permissions", []) {
            $0 += [
                permission("somebody", "belfry"), permission("belfry-consoled", "theirs"),
                permission("belfry-service", "belfry", host: "other"),
            ]
        },
        Change("fields of newer brokers", "topic_permissions", []) { entries in
            for index in entries.indices { entries[index]["new"] = .bool(true) }
        },
        Change("a policy is gone", "policies", ["policy belfry.courier.retry.5 is missing"]) {
            $0.removeAll { $0["name"] == .string("belfry.courier.retry.5") }
        },
        Change(
            "a policy has another pattern", "policies", ["policy belfry.courier.retry.5 differs"],
            set("pattern", .string(".*"), where: "name", is: "belfry.courier.retry.5")),
        Change(
            "a policy is in another virtual host", "policies", ["policy belfry.courier.retry.5 is missing"],
            set("vhost", .string("other"), where: "name", is: "belfry.courier.retry.5")),
        Change("a binding is gone", "bindings", ["binding of belfry.dispatcher.runs to run.requested is missing"]) {
            $0.removeAll { $0["routing_key"] == .string("run.requested") }
        },
        Change(
            "the ladder can be reached from the exchange of the pipeline", "bindings",
            ["binding of belfry.courier.retry.5 to courier.retry.5 on exchange belfry should not be there"]
        ) {
            $0.append([
                "source": .string("belfry"), "vhost": .string("/"), "destination": .string("belfry.courier.retry.5"),
                "routing_key": .string("courier.retry.5"),
            ])
        },
        Change("queues of others are bound", "bindings", []) {
            $0.append([
                "source": .string("belfry"), "vhost": .string("/"), "destination": .string("audit"),
                "routing_key": .string("execution.finished"),
            ])
        },
        Change(
            "a user may read", "permissions", ["the permissions of user belfry-service differ or are missing"],
            set("read", .string(".*"), where: "user", is: "belfry-service")),
        Change(
            "a user may write to all exchanges", "permissions",
            ["the permissions of user belfry-service differ or are missing"],
            set("write", .string(".*"), where: "user", is: "belfry-service")),
        Change(
            "a user may configure", "permissions", ["the permissions of user belfry-tickerd differ or are missing"],
            set("configure", .string(".*"), where: "user", is: "belfry-tickerd")),
        Change(
            "a user has no permissions", "permissions", ["the permissions of user belfry-tickerd differ or are missing"]
        ) {
            $0.removeAll { $0["user"] == .string("belfry-tickerd") }
        },
        Change("a user may publish with any routing key", "topic_permissions", consoledTopics) {
            $0.removeAll { $0["user"] == .string("belfry-consoled") }
        },
        Change(
            "a user may publish with other routing keys", "topic_permissions", consoledTopics,
            set("write", .string("^run\\..*$"), where: "user", is: "belfry-consoled")),
        Change(
            "a user may bind with any routing key", "topic_permissions", consoledTopics,
            set("read", .string(".*"), where: "user", is: "belfry-consoled")),
        Change(
            "the operator has fewer rights", "topic_permissions",
            ["user belfry-operator has topic permissions on exchange belfry that it should not have"]
        ) { $0.append(permission("belfry-operator", "belfry")) },
    ]

    @Test(arguments: changes) func `names each difference`(change: Change) {
        guard case .object(var definitions) = Self.topology.definitions(),
            case .array(let entries) = definitions[change.section] ?? .null
        else {
            Issue.record("no section \(change.section)")
            return
        }
        var changed = entries.compactMap { entry in
            if case .object(let fields) = entry { fields } else { nil }
        }
        change.change(&changed)
        definitions[change.section] = .array(changed.map(JSONValue.object))
        #expect(Self.topology.faults(inDefinitions: .object(definitions), virtualHost: "/") == change.faults)
    }

    @Test func `names everything if the definitions are those of another virtual host, or none`() {
        let count = Self.topology.faults(inDefinitions: .null, virtualHost: "/").count
        let topics = Self.topology.users.reduce(0) { $0 + $1.topicWrite.count }
        let (policies, bindings) = (Self.topology.policies.count, Self.topology.bindings.count)
        #expect(count == policies + bindings + Self.topology.users.count + topics)
        let elsewhere = Self.topology.definitions(virtualHost: "other")
        #expect(Self.topology.faults(inDefinitions: elsewhere, virtualHost: "/").count == count)
    }
}
