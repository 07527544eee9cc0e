import JSON

/// The comparison of users, permissions and limits.
extension Topology {
    func userFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        users.flatMap { user in
            let what = "user \(user.name)"
            guard let found = state[.users].first(where: { $0.text("name") == user.name }) else {
                return [
                    TopologyFault(
                        .userMissing, what, expected: "a user", found: TopologyFault.nothing, repair: repair.apply)
                ]
            }
            var faults: [TopologyFault] = []
            if found.text("password_hash").isEmpty {
                faults.append(
                    TopologyFault(
                        .userWithoutPassword, what, expected: "a password", found: "no password",
                        repair: repair.controlUser("change_password", [user.name])))
            }
            let tags = found.words("tags")
            if !tags.isEmpty {
                faults.append(
                    TopologyFault(
                        .userTagged, what, expected: "no tags", found: "tags \(tags.joined(separator: ", "))",
                        repair: repair.replace, correction: .deleteTags(user: user.name)))
            }
            return faults
        }
    }

    func permissionFaults(
        in state: BrokerState, virtualHost: String, _ repair: RepairCommand
    ) -> [TopologyFault] {
        usersThere(in: state).flatMap { user in
            let own = state[.permissions].filter { $0.text("user") == user.name }
            let what = "permissions of user \(user.name)"
            let fields = ["configure", "write", "read"]
            func text(_ patterns: [String]) -> String {
                zip(fields, patterns).map { "\($0) \($1)" }.joined(separator: ", ")
            }
            let wanted = [user.configure, user.write, user.read]
            var faults: [TopologyFault] = []
            if let found = own.first(where: { $0.text("vhost") == virtualHost }) {
                let patterns = fields.map(found.text)
                if patterns != wanted {
                    faults.append(
                        TopologyFault(
                            .permissionsDifferent, what, expected: text(wanted), found: text(patterns),
                            repair: repair.apply))
                }
            } else {
                faults.append(
                    TopologyFault(
                        .permissionsMissing, what, expected: text(wanted), found: TopologyFault.nothing,
                        repair: repair.apply))
            }
            return faults
                + own.filter { $0.text("vhost") != virtualHost }.map { entry in
                    let other = entry.text("vhost")
                    return TopologyFault(
                        .permissionsElsewhere, "\(what) on virtual host \(other)", expected: "no permissions",
                        found: text(fields.map(entry.text)),
                        repair: repair.control("clear_permissions", [user.name], virtualHost: other))
                }
        }
    }

    /// A user without a topic permission may publish with any routing key, so a missing one gives too many rights, too.
    func topicPermissionFaults(
        in state: BrokerState, virtualHost: String, _ repair: RepairCommand
    ) -> [TopologyFault] {
        usersThere(in: state).flatMap { user in
            let own = state[.topicPermissions].filter {
                $0.text("user") == user.name && $0.text("vhost") == virtualHost
            }
            return exchanges.compactMap { exchange -> TopologyFault? in
                let what = "topic permissions of user \(user.name) on exchange \(exchange)"
                let found = own.first { $0.text("exchange") == exchange }
                let foundText = found.map { "write \($0.text("write")), read \($0.text("read"))" }
                guard let write = user.topicWrite[exchange] else {
                    return foundText.map { text in
                        TopologyFault(
                            .topicPermissionsExtra, what, expected: "no topic permissions", found: text,
                            repair: repair.replace, correction: .deleteTopicPermissions(user: user.name))
                    }
                }
                let expected = "write \(write), read ^$"
                guard foundText != expected else { return nil }
                return TopologyFault(
                    found == nil ? .topicPermissionsMissing : .topicPermissionsDifferent, what, expected: expected,
                    found: foundText ?? TopologyFault.nothing, repair: repair.apply)
            }
        }
    }

    /// Limits of the virtual host or of a user that leave too little for the stages. A negative limit is none.
    func limitFaults(in state: BrokerState, _ repair: RepairCommand) -> [TopologyFault] {
        let least: [String: Int] = ["max-queues": queues.count, "max-connections": users.map(connections).reduce(0, +)]
        let hostFaults = state[.virtualHostLimits].flatMap { entry in
            let limits = entry.object("value")
            let harmful = Self.tooSmall(limits, least)
            guard !harmful.isEmpty else { return [TopologyFault]() }
            let rest = limits.filter { limit in !harmful.contains { $0.key == limit.key } }
            return harmful.map { limit in
                TopologyFault(
                    .virtualHostLimited, "limit \(limit.key) of virtual host \(entry.text("vhost"))",
                    expected: "none, or at least \(least[limit.key] ?? 0)", found: String(limit.value),
                    repair: rest.isEmpty
                        ? repair.control("clear_vhost_limits", [])
                        : repair.control("set_vhost_limits", [JSONValue.object(rest).text]))
            }
        }
        return hostFaults
            + usersThere(in: state).flatMap { user in
                let leastOfUser = ["max-connections": connections(of: user), "max-channels": connections(of: user)]
                let limits = state[.users].first { $0.text("name") == user.name }?.object("limits") ?? [:]
                return Self.tooSmall(limits, leastOfUser).map { limit in
                    TopologyFault(
                        .userLimited, "limit \(limit.key) of user \(user.name)",
                        expected: "none, or at least \(leastOfUser[limit.key] ?? 0)", found: String(limit.value),
                        repair: repair.controlUser("clear_user_limits", [user.name, limit.key]))
                }
            }
    }

    /// The connections of one process, each with one channel. A stage publishes over one and consumes over another;
    /// it has a third for events, and `consoled` one for answers in place of the consuming one. `courierd` has two
    /// pairs, and `deadletterd` a pair for the letters.
    private func connections(of user: BrokerUser) -> Int {
        switch user.name.dropFirst(prefix.count + 1) {
        case "operator", "service", "subscriber", "reaperd": 1
        case "dispatcherd", "ingesterd", "consoled": 3
        case "courierd", "deadletterd": 4
        default: 2
        }
    }

    private static func tooSmall(
        _ limits: [String: JSONValue], _ least: [String: Int]
    ) -> [(key: String, value: Int64)] {
        limits.sorted { $0.key < $1.key }.compactMap { key, value in
            guard case .integer(let number) = value, let least = least[key], (0..<Int64(least)).contains(number)
            else { return nil }
            return (key, number)
        }
    }

    private func usersThere(in state: BrokerState) -> [BrokerUser] {
        let names = Set(state[.users].map { $0.text("name") })
        return users.filter { names.contains($0.name) }
    }
}
