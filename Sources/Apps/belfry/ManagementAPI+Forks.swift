import JSON
import Messaging

/// The calls that forks need.
extension ManagementAPI {
    /// All that the broker has, as a definitions file.
    func definitions() async throws -> JSONValue {
        let path = Self.path("definitions")
        guard case .object(let sections) = try await get(path) else {
            throw Refused("the management API answered GET \(path) with something that is no definitions file")
        }
        return .object(sections)
    }

    /// Creates or changes a fork. Existing users keep their passwords, unless `passwordHashes` has a new one. Throws if
    /// anything is missing or different afterwards.
    func enable(_ fork: ForkTopology, virtualHost: String, passwordHashes: [String: String]) async throws {
        let present = try await definitions()
        let events = fork.prefix + Exchange.events.rawValue
        let hasExchange = present["exchanges"]?.array?.contains {
            $0["name"]?.string == events && $0["vhost"]?.string == virtualHost
        }
        guard fork.queue == nil || hasExchange == true else {
            throw Refused("the exchange \(events) is missing: run belfry topology apply")
        }
        guard case .object(var wanted) = fork.definitions(virtualHost: virtualHost, passwordHashes: passwordHashes)
        else { return }
        if let user = fork.user, passwordHashes[user.name] == nil, try await userNames().contains(user.name) {
            wanted["users"] = .array([])
            try await deleteTags(of: user.name)
        }
        if let user = fork.user,
            ForkState.surplusTopicPermissions(of: fork, inDefinitions: present, virtualHost: virtualHost)
        {
            // In this order: without its topic permissions the user could publish with any key.
            try await remove("permissions", virtualHost, user.name)
            try await remove("topic-permissions", virtualHost, user.name)
        }
        _ = try await send("POST", "/api/definitions", body: .object(wanted))
        let after = ForkState(
            fork.fork, inDefinitions: try await definitions(), virtualHost: virtualHost, prefix: fork.prefix)
        guard after.faults.isEmpty, after.isEnabled else {
            let advice =
                after.isQueueDifferent
                ? [
                    "the queue has to be deleted first, with all events in it: "
                        + "belfry forks disable \(fork.fork.rawValue)"
                ] : []
            throw Refused(
                lines: ["RabbitMQ has not taken all of the fork \(fork.fork.rawValue)"] + after.faults + advice)
        }
    }

    /// Removes a fork's user, queue and policy; what is not there is no mistake.
    func disable(_ fork: ForkTopology, virtualHost: String) async throws {
        if let user = fork.user { try await remove("users", user.name) }
        if let queue = fork.queue { try await remove("queues", virtualHost, queue.name) }
        if let policy = fork.policy { try await remove("policies", virtualHost, policy.name) }
    }
}
