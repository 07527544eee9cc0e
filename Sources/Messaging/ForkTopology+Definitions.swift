public import JSON

extension ForkTopology {
    /// The fork as a RabbitMQ definitions file. `passwordHashes` as for the definitions of a `Topology`.
    public func definitions(virtualHost: String = "/", passwordHashes: [String: String] = [:]) -> JSONValue {
        let host = JSONValue.string(virtualHost)
        func list(_ fields: [String: JSONValue]?) -> JSONValue { .array(fields.map { [.object($0)] } ?? []) }
        return .object([
            "users": list(
                user.map { user in
                    [
                        "name": .string(user.name), "password_hash": .string(passwordHashes[user.name] ?? ""),
                        "hashing_algorithm": .string("rabbit_password_hashing_sha256"), "tags": .string(""),
                        "limits": .object([:]),
                    ]
                }),
            "permissions": list(
                user.map { user in
                    [
                        "user": .string(user.name), "vhost": host, "configure": .string(user.configure),
                        "write": .string(user.write), "read": .string(user.read),
                    ]
                }),
            "topic_permissions": .array(
                (user?.topicWrite ?? [:]).sorted { $0.key < $1.key }.map { exchange, write in
                    .object([
                        "user": .string(user?.name ?? ""), "vhost": host, "exchange": .string(exchange),
                        "write": .string(write), "read": .string("^$"),
                    ])
                }),
            "policies": list(
                policy.map { policy in
                    [
                        "vhost": host, "name": .string(policy.name), "pattern": .string(policy.pattern),
                        "apply-to": .string("queues"), "definition": .object(policy.definition),
                        "priority": .integer(0),
                    ]
                }),
            "queues": list(
                queue.map { queue in
                    [
                        "name": .string(queue.name), "vhost": host, "durable": .bool(true),
                        "auto_delete": .bool(false), "arguments": .object(queue.arguments),
                    ]
                }),
            "bindings": list(
                queue.map { queue in
                    [
                        "source": .string(prefix + Exchange.events.rawValue), "vhost": host,
                        "destination": .string(queue.name), "destination_type": .string("queue"),
                        "routing_key": .string(RoutingKey.any), "arguments": .object([:]),
                    ]
                }),
        ])
    }
}
