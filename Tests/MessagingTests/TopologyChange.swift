import JSON
import Messaging
import Testing

/// A change of what the broker has, with the codes and the objects of the faults that it leads to.
struct TopologyChange: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var faults: [String]
    var change: @Sendable (inout ListedBroker) -> Void

    init(_ description: String, _ faults: [String], _ change: @escaping @Sendable (inout ListedBroker) -> Void) {
        testDescription = description
        self.faults = faults
        self.change = change
    }

    private static func fields(_ pairs: KeyValuePairs<String, String>) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: pairs.map { ($0, .string($1)) })
    }

    private static let retry = "belfry.courier.retry.5"
    private static let letterQueues = ["belfry.courier.bulk.dead", "belfry.courier.deliveries.dead"]

    static let ofObjects: [Self] = [
        Self("nothing", []) { _ in },
        Self("fields of newer brokers", []) { broker in
            for section in BrokerState.Section.allCases { broker.set("new", .bool(true), in: section) { _ in true } }
        },
        Self("an exchange of another type", ["exchange_different: exchange belfry.events"]) {
            $0.set("type", .string("direct"), in: .exchanges, named: "belfry.events")
        },
        Self("an internal exchange", ["exchange_different: exchange belfry"]) {
            $0.set("internal", .bool(true), in: .exchanges, named: "belfry")
        },
        Self("an exchange that ends with its last queue", ["exchange_different: exchange belfry.dead"]) {
            $0.set("auto_delete", .bool(true), in: .exchanges, named: "belfry.dead")
        },
        Self("an exchange that is not durable", ["exchange_different: exchange belfry.dead"]) {
            $0.set("durable", .bool(false), in: .exchanges, named: "belfry.dead")
        },
        Self("an alternate exchange", ["exchange_different: exchange belfry.callbacks"]) {
            $0.set(
                "arguments", .object(["alternate-exchange": .string("theirs")]), in: .exchanges,
                named: "belfry.callbacks")
        },
        Self(
            "a stranger's queue gets what leads to stages",
            ["binding_extra: binding of queue theirs to exchange belfry, key #"]
        ) { $0.bind("belfry", "queue", "theirs", key: "#") },
        Self(
            "a stranger's exchange gets callbacks",
            ["binding_extra: binding of exchange theirs to exchange belfry.callbacks, key #"]
        ) { $0.bind("belfry.callbacks", "exchange", "theirs", key: "#") },
        Self("the queue of an asker gets answers", []) {
            $0.bind("belfry.answers", "queue", "belfry.answers.x", key: "answer.x")
        },
        Self("a classic queue", ["queue_different: queue \(retry)"]) {
            $0.set("arguments", .object([:]), in: .queues, named: retry)
        },
        Self("a queue with more arguments", ["queue_different: queue \(retry)"]) {
            $0.set(
                "arguments", .object(["x-queue-type": .string("quorum"), "x-expires": .integer(5)]), in: .queues,
                named: retry)
        },
        Self("a queue that is not durable", ["queue_different: queue \(retry)"]) {
            $0.set("durable", .bool(false), in: .queues, named: retry)
        },
        Self(
            "the ladder can be reached from the exchange of the pipeline",
            ["binding_extra: binding of queue \(retry) to exchange belfry, key \(retry)"]
        ) { $0.bind("belfry", "queue", retry, key: retry) },
        Self(
            "an exchange of a stranger leads into the pipeline",
            ["binding_extra: binding of exchange belfry to exchange it's, key a b/c"]
        ) { $0.bind("it's", "exchange", "belfry", key: "a b/c") },
        Self("queues and exchanges of others are bound to events", []) {
            $0.bind("belfry.events", "queue", "audit/ü", key: "execution.#")
            $0.bind("belfry.events", "exchange", "audit", key: "#")
            $0.bind("", "queue", retry, key: retry)
        },
        Self(
            "a binding has arguments",
            ["binding_different: binding of queue \(retry) to exchange belfry.retry, key courier.retry.5"]
        ) {
            $0.set("arguments", .object(["x-match": .string("any")]), in: .bindings) { entry in
                entry["destination"] == .string(retry)
            }
        },
        Self(
            "a binding is there twice, once with arguments",
            ["binding_extra: binding of queue \(retry) to exchange belfry.retry, key courier.retry.5"]
        ) { $0.bind("belfry.retry", "queue", retry, key: "courier.retry.5", arguments: ["a": .integer(1)]) },
    ]

    static let ofPolicies: [Self] = [
        Self("another pattern", ["policy_different: policy \(retry)"]) {
            $0.set("pattern", .string(".*"), in: .policies, named: retry)
        },
        Self("another definition", ["policy_different: policy \(retry)"]) {
            $0.set("definition", .object([:]), in: .policies, named: retry)
        },
        Self("a policy for exchanges", ["policy_different: policy \(retry)"]) {
            $0.set("apply-to", .string("exchanges"), in: .policies, named: retry)
        },
        Self("a negative priority", ["policy_different: policy \(retry)"]) {
            $0.set("priority", .integer(-1), in: .policies, named: retry)
        },
        Self("a policy as newer brokers allow it", []) {
            $0.set("priority", .integer(5), in: .policies, named: retry)
            $0.set("apply-to", .string("quorum_queues"), in: .policies, named: retry)
        },
        Self("a broad policy of somebody else that applies to others only", []) {
            $0.add(policy: "all", priority: -1, in: .policies, to: [])
        },
        Self("a broad policy with a higher priority", ["policy_overridden: policy ha/all"]) {
            $0.add(policy: "ha/all", priority: 1, in: .policies, to: [retry, "belfry.dispatcher.due.dead"])
        },
        Self("a policy with an alternate exchange", ["policy_overridden: policy unroutable"]) {
            $0.add(
                policy: "unroutable", in: .policies, to: [], definition: ["alternate-exchange": .string("theirs")])
            $0.set("policy", .string("unroutable"), in: .exchanges, named: "belfry.dead")
        },
        Self("a policy with a length limit changes no exchange", []) {
            $0.add(policy: "length", in: .policies, to: [])
            $0.set("policy", .string("length"), in: .exchanges) { _ in true }
        },
        Self("an operator policy by which old dead letters go", []) {
            $0.add(
                policy: "belfry-old-deliveries", in: .operatorPolicies, to: letterQueues,
                definition: ["message-ttl": .integer(604_800_000), "max-length": .integer(1_000)],
                effective: ["message-ttl": .integer(604_800_000), "delivery-limit": .integer(1_000_000_000)])
        },
        Self(
            "an operator policy by which dead letters and deliveries go",
            ["operator_policy_overrides: operator policy all"]
        ) {
            $0.add(
                policy: "all", in: .operatorPolicies, to: letterQueues + ["belfry.courier.deliveries"],
                definition: ["message-ttl": .integer(604_800_000)])
        },
        Self("another policy applies while one is missing", ["policy_missing: policy \(retry)"]) { broker in
            broker.lists[.policies]?.removeAll { $0["name"] == .string(retry) }
            broker.add(policy: "all", priority: 0, in: .policies, to: [retry])
        },
        Self("an operator policy with a shorter wait", ["operator_policy_overrides: operator policy short"]) {
            $0.add(
                policy: "short", in: .operatorPolicies, to: [retry], definition: ["message-ttl": .integer(1)],
                effective: ["message-ttl": .integer(1)])
        },
        Self("an operator policy with a longer wait changes nothing", []) {
            $0.add(
                policy: "long", in: .operatorPolicies, to: [retry], definition: ["message-ttl": .integer(9_000_000)],
                effective: ["message-ttl": .integer(5_000)])
        },
        Self("an operator policy that drops reports", ["operator_policy_overrides: operator policy expiry"]) {
            $0.add(
                policy: "expiry", in: .operatorPolicies, to: ["belfry.ingester.reports.0"],
                definition: ["expires": .integer(1)], effective: [:])
        },
        Self("an operator policy with a length limit", []) {
            $0.add(
                policy: "length", in: .operatorPolicies, to: [retry], definition: ["max-length": .integer(1_000_000)],
                effective: [:])
        },
    ]

    private static func limited(_ user: String) -> String {
        "user_limited: limit max-connections of user belfry-\(user)"
    }

    private static let service = "permissions of user belfry-service"

    static let ofRights: [Self] = [
        Self("a user with a tag", ["user_tagged: user belfry-tickerd"]) {
            $0.set("tags", .array([.string("administrator")]), in: .users, named: "belfry-tickerd")
        },
        Self("a user with a tag on an older broker", ["user_tagged: user belfry-tickerd"]) {
            $0.set("tags", .string("monitoring,management"), in: .users, named: "belfry-tickerd")
        },
        Self("a user without a password", ["user_without_password: user belfry-tickerd"]) {
            $0.set("password_hash", .string(""), in: .users, named: "belfry-tickerd")
        },
        Self("a user that may read", ["permissions_different: \(service)"]) {
            $0.set("read", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Self("a user that may write to all exchanges", ["permissions_different: \(service)"]) {
            $0.set("write", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Self("a user that may configure", ["permissions_different: \(service)"]) {
            $0.set("configure", .string(".*"), in: .permissions) { $0["user"] == .string("belfry-service") }
        },
        Self(
            "a user with rights elsewhere", ["permissions_elsewhere: \(service) on virtual host o'ther/ü"]
        ) {
            let entry = fields(["user": "belfry-service", "vhost": "o'ther/ü", "write": "^$"])
            $0.lists[.permissions]?.append(entry)
        },
        Self(
            "a user that may publish with other keys",
            ["topic_permissions_different: topic permissions of user belfry-tickerd on exchange belfry"]
        ) {
            $0.set("write", .string(".*"), in: .topicPermissions) {
                $0["user"] == .string("belfry-tickerd") && $0["exchange"] == .string("belfry")
            }
        },
        Self(
            "the operator has fewer rights",
            ["topic_permissions_extra: topic permissions of user belfry-operator on exchange belfry"]
        ) {
            $0.lists[.topicPermissions]?.append(
                fields(["user": "belfry-operator", "vhost": "/", "exchange": "belfry", "write": "^$", "read": "^$"]))
        },
        Self("rights of other users, on other exchanges and hosts", []) {
            for (user, host, exchange) in [
                ("somebody", "/", "belfry"), ("belfry-consoled", "/", "theirs"), ("belfry-service", "other", "belfry"),
            ] {
                $0.lists[.topicPermissions]?.append(
                    fields(["user": user, "vhost": host, "exchange": exchange, "write": ".*", "read": ".*"]))
            }
        },
        Self("too few queues", ["vhost_limited: limit max-queues of virtual host /"]) {
            $0.lists[.virtualHostLimits] = [["vhost": .string("/"), "value": .object(["max-queues": .integer(3)])]]
        },
        Self("enough queues, or no limit", []) {
            let limits: [String: JSONValue] = ["max-queues": .integer(3_000), "max-connections": .integer(-1)]
            $0.lists[.virtualHostLimits] = [["vhost": .string("/"), "value": .object(limits)]]
        },
        Self("two connections are too few for three users", ["dispatcherd", "courierd", "deadletterd"].map(limited)) {
            for user in ["reaperd", "tickerd", "dispatcherd", "courierd", "deadletterd", "service"] {
                $0.set("limits", .object(["max-connections": .integer(2)]), in: .users, named: "belfry-\(user)")
            }
        },
        Self("no connections for a user", ["user_limited: limit max-connections of user belfry-tickerd"]) {
            $0.set("limits", .object(["max-connections": .integer(0)]), in: .users, named: "belfry-tickerd")
        },
    ]
}
