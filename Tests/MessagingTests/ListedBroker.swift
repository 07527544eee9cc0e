import JSON
import Messaging

/// What the management API of a broker with the topology lists.
struct ListedBroker: Sendable {
    var lists: [BrokerState.Section: [[String: JSONValue]]] = [:]

    var state: BrokerState { BrokerState(lists.mapValues { .array($0.map(JSONValue.object)) }) }

    /// A broker on which the definitions of the topology were imported, and its users have passwords.
    init(_ topology: Topology) {
        add(topology.definitions())
        for index in topology.users.indices {
            lists[.users]?[index]["password_hash"] = .string("hash-of-\(index)")
            lists[.users]?[index]["tags"] = .array([])
        }
        for policy in topology.policies { use(policy) }
    }

    /// Adds a fork that was enabled with a password.
    mutating func add(_ fork: ForkTopology) {
        add(fork.definitions(passwordHashes: fork.user.map { [$0.name: "hash"] } ?? [:]))
        if let policy = fork.policy { use(policy) }
    }

    private mutating func add(_ definitions: JSONValue) {
        let sections: [(BrokerState.Section, String)] = [
            (.virtualHosts, "vhosts"), (.users, "users"), (.permissions, "permissions"),
            (.topicPermissions, "topic_permissions"), (.exchanges, "exchanges"), (.queues, "queues"),
            (.bindings, "bindings"), (.policies, "policies"),
        ]
        for (section, name) in sections {
            guard case .object(let fields) = definitions, case .array(let entries) = fields[name] else { continue }
            lists[section, default: []] += entries.compactMap { entry in
                if case .object(let fields) = entry { fields } else { nil }
            }
        }
    }

    private mutating func use(_ policy: Topology.Policy) {
        let pattern = try? Regex(policy.pattern)
        set("policy", .string(policy.name), in: .queues) { queue in
            guard let pattern, case .string(let name) = queue["name"] else { return false }
            return name.firstMatch(of: pattern) != nil
        }
    }

    mutating func set(
        _ field: String, _ value: JSONValue, in section: BrokerState.Section,
        where isMeant: ([String: JSONValue]) -> Bool
    ) {
        for index in (lists[section] ?? []).indices where isMeant(lists[section]?[index] ?? [:]) {
            lists[section]?[index][field] = value
        }
    }

    mutating func set(_ field: String, _ value: JSONValue, in section: BrokerState.Section, named name: String) {
        set(field, value, in: section) { $0["name"] == .string(name) }
    }

    mutating func bind(
        _ source: String, _ kind: String, _ destination: String, key: String, arguments: [String: JSONValue] = [:]
    ) {
        lists[.bindings]?.append([
            "source": .string(source), "destination_type": .string(kind), "destination": .string(destination),
            "routing_key": .string(key), "arguments": .object(arguments), "properties_key": .string(key),
        ])
    }

    /// Adds a policy that applies to these queues.
    mutating func add(
        policy name: String, priority: Int64 = 0, in section: BrokerState.Section, to queues: [String],
        pattern: String = ".*", definition: [String: JSONValue] = ["max-length": .integer(5)],
        effective: [String: JSONValue] = [:]
    ) {
        lists[section, default: []].append([
            "name": .string(name), "pattern": .string(pattern), "apply-to": .string("queues"),
            "priority": .integer(priority), "definition": .object(definition),
        ])
        for queue in queues {
            set(section == .policies ? "policy" : "operator_policy", .string(name), in: .queues, named: queue)
            set("effective_policy_definition", .object(effective), in: .queues, named: queue)
        }
    }
}
