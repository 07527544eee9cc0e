public import JSON
import JobCore

extension Topology {
    /// The topology as a RabbitMQ definitions file.
    ///
    /// `passwordHashes` gives users their passwords (RabbitMQ's salted SHA-256, base64); a user without one can't log
    /// in until it is given a password. `administrators` are added by these names, with all rights: a broker that loads
    /// definitions with users at its first start creates no default user.
    public func definitions(
        virtualHost: String = "/", passwordHashes: [String: String] = [:], administrators: [String] = []
    ) -> JSONValue {
        let host = JSONValue.string(virtualHost)
        func list<Item>(_ items: [Item], _ fields: (Item) -> [String: JSONValue]) -> JSONValue {
            .array(items.map { .object(fields($0)) })
        }
        let admins = administrators.map {
            BrokerUser(name: $0, configure: ".*", write: ".*", read: ".*", topicWrite: [:])
        }
        return .object([
            "vhosts": list([virtualHost]) { ["name": .string($0)] },
            "users": list(admins + users) { user in
                [
                    "name": .string(user.name), "password_hash": .string(passwordHashes[user.name] ?? ""),
                    "hashing_algorithm": .string("rabbit_password_hashing_sha256"),
                    "tags": .string(administrators.contains(user.name) ? "administrator" : ""), "limits": .object([:]),
                ]
            },
            "permissions": list(admins + users) { user in
                [
                    "user": .string(user.name), "vhost": host, "configure": .string(user.configure),
                    "write": .string(user.write), "read": .string(user.read),
                ]
            },
            "topic_permissions": list(
                users.flatMap { user in user.topicWrite.sorted { $0.key < $1.key }.map { (user.name, $0.key, $0.value) }
                }
            ) { user, exchange, write in
                [
                    "user": .string(user), "vhost": host, "exchange": .string(exchange), "write": .string(write),
                    "read": .string("^$"),
                ]
            },
            "exchanges": list(exchanges) { name in
                [
                    "name": .string(name), "vhost": host, "type": .string("topic"), "durable": .bool(true),
                    "auto_delete": .bool(false), "internal": .bool(false), "arguments": .object([:]),
                ]
            },
            "queues": list(queues) { queue in
                [
                    "name": .string(queue.name), "vhost": host, "durable": .bool(true), "auto_delete": .bool(false),
                    "arguments": .object(queue.arguments),
                ]
            },
            "bindings": list(bindings) { binding in
                [
                    "source": .string(binding.exchange), "vhost": host, "destination": .string(binding.queue),
                    "destination_type": .string("queue"), "routing_key": .string(binding.routingKey),
                    "arguments": .object([:]),
                ]
            },
            "policies": list(policies) { policy in
                [
                    "vhost": host, "name": .string(policy.name), "pattern": .string(policy.pattern),
                    // RabbitMQ before 3.12 has no narrower value than "queues"; the pattern matches one queue.
                    "apply-to": .string("queues"), "definition": .object(policy.definition), "priority": .integer(0),
                ]
            },
        ])
    }
}
