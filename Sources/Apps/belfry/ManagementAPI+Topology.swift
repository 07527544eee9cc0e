import JSON
import Messaging

extension ManagementAPI {
    /// Imports the definitions. Existing users keep their passwords. `foreignBindings` are added, as the management API
    /// lists them.
    func apply(_ topology: Topology, virtualHost: String, foreignBindings: [JSONValue] = []) async throws {
        guard case .object(var definitions) = topology.definitions(virtualHost: virtualHost) else { return }
        let names = try await userNames()
        definitions["users"] = .array(
            (definitions["users"]?.array ?? []).filter { user in !names.contains(user["name"]?.string ?? "") })
        definitions["bindings"] = .array((definitions["bindings"]?.array ?? []) + foreignBindings)
        _ = try await send("POST", Self.path("definitions"), body: .object(definitions))
    }

    /// Returns what the broker has. A virtual host that it doesn't have has nothing.
    func state(virtualHost: String) async throws -> BrokerState {
        var lists: [BrokerState.Section: JSONValue] = [:]
        for section in BrokerState.Section.allCases {
            let columns = section.columns.isEmpty ? "" : "?columns=" + section.columns.joined(separator: ",")
            guard section.isOfVirtualHost else {
                lists[section] = .array(try await list(Self.path(section.rawValue) + columns))
                continue
            }
            let hosts = (lists[.virtualHosts]?.array ?? []).compactMap { $0["name"]?.string }
            guard hosts.contains(virtualHost) else { continue }
            lists[section] = .array(try await list(Self.path(section.rawValue, virtualHost) + columns))
        }
        return BrokerState(lists)
    }

    /// Removes what the corrections name, then applies the topology. Others' bindings to a replaced exchange are made
    /// again.
    func replace(
        _ corrections: [TopologyFault.Correction], _ topology: Topology, virtualHost: String,
        deletingQueue: (String) throws -> Void
    ) async throws {
        var foreignBindings: [JSONValue] = []
        var refusals: [String] = []
        for correction in corrections {
            switch correction {
            case .deleteQueue(let name):
                do { try deletingQueue(name) } catch { refusals.append("\(error)") }
            case .deleteExchange(let name):
                if topology.isOpenToOthers(name) {
                    foreignBindings += try await bindings(from: name, except: topology, virtualHost: virtualHost)
                }
                try await remove("exchanges", virtualHost, name)
            case .deleteBinding(let source, let kind, let destination, let properties):
                // A replaced exchange has lost its bindings already.
                try await remove("bindings", virtualHost, "e", source, kind, destination, properties)
            case .deleteTopicPermissions(let user):
                // In this order: without its topic permissions the user could publish with any key. The import gives
                // both again.
                try await remove("permissions", virtualHost, user)
                try await remove("topic-permissions", virtualHost, user)
            case .deleteTags(let user):
                try await deleteTags(of: user)
            }
        }
        try await apply(topology, virtualHost: virtualHost, foreignBindings: foreignBindings)
        guard refusals.isEmpty else { throw Refused(lines: refusals) }
    }

    private func bindings(
        from exchange: String, except topology: Topology, virtualHost: String
    ) async throws -> [JSONValue] {
        let ours = Set(topology.queues.map(\.name) + topology.exchanges)
        let all = try await list(Self.path("exchanges", virtualHost, exchange, "bindings", "source"))
        return all.filter { !ours.contains($0["destination"]?.string ?? "") }
    }

    /// The password stays: a user is written as a whole, with its hash.
    func deleteTags(of user: String) async throws {
        guard case .object(var fields) = try await get(Self.path("users", user)) else { return }
        fields = fields.filter { ["password_hash", "hashing_algorithm"].contains($0.key) }
        fields["tags"] = .string("")
        _ = try await send("PUT", Self.path("users", user), body: .object(fields))
    }
}
