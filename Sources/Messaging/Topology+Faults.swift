public import JSON

extension Topology {
    /// What is missing or different in a broker's definitions, as its management API writes them: policies, bindings,
    /// permissions and topic permissions, one sentence each.
    ///
    /// What else the broker has is no fault, except bindings of these queues and topic permissions of these users on
    /// these exchanges. A user without a topic permission may publish with any routing key, so a missing one gives too
    /// many rights, too.
    public func faults(inDefinitions present: JSONValue, virtualHost: String) -> [String] {
        let wanted = definitions(virtualHost: virtualHost)
        func entries(_ section: String, of definitions: JSONValue) -> [JSONValue] {
            definitions[section]?.array ?? []
        }
        /// The entries that have no like in other definitions, by these fields.
        func difference(
            _ section: String, _ fields: [String], of definitions: JSONValue, from other: JSONValue
        ) -> [JSONValue] {
            let others = entries(section, of: other)
            return entries(section, of: definitions).filter { item in
                !others.contains { other in fields.allSatisfy { other[$0] == item[$0] } }
            }
        }
        func different(_ section: String, _ fields: [String]) -> [JSONValue] {
            difference(section, fields, of: wanted, from: present)
        }
        func text(_ item: JSONValue, _ field: String) -> String { item[field]?.string ?? "" }

        let missing = Set(different("policies", ["vhost", "name"]).map { text($0, "name") })
        let policies = different("policies", ["vhost", "name", "pattern", "definition"]).map { policy in
            "policy \(text(policy, "name")) " + (missing.contains(text(policy, "name")) ? "is missing" : "differs")
        }
        let bindingFields = ["vhost", "source", "destination", "routing_key"]
        let bindings = different("bindings", bindingFields).map {
            "binding of \(text($0, "destination")) to \(text($0, "routing_key")) is missing"
        }
        let names = Set(queues.map(\.name))
        let extraBindings = difference("bindings", bindingFields, of: present, from: wanted).filter {
            $0["vhost"]?.string == virtualHost && names.contains(text($0, "destination"))
        }.map {
            "binding of \(text($0, "destination")) to \(text($0, "routing_key")) on exchange \(text($0, "source")) "
                + "should not be there"
        }
        let permissions = different("permissions", ["vhost", "user", "configure", "write", "read"]).map {
            "the permissions of user \(text($0, "user")) differ or are missing"
        }
        let topics = different("topic_permissions", ["vhost", "user", "exchange", "write", "read"]).map {
            "the topic permissions of user \(text($0, "user")) on exchange \(text($0, "exchange")) differ or are "
                + "missing"
        }
        let extraTopics = entries("topic_permissions", of: present).filter { item in
            item["vhost"]?.string == virtualHost && exchanges.contains(text(item, "exchange"))
                && users.contains { user in
                    user.name == text(item, "user") && user.topicWrite[text(item, "exchange")] == nil
                }
        }.map {
            "user \(text($0, "user")) has topic permissions on exchange \(text($0, "exchange")) that it should not have"
        }
        return policies + bindings + extraBindings + permissions + topics + extraTopics
    }
}

extension JSONValue {
    fileprivate subscript(_ field: String) -> JSONValue? {
        if case .object(let fields) = self { fields[field] } else { nil }
    }

    fileprivate var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var array: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }
}
