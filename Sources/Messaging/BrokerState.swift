public import JSON

/// What a broker has, in the words of its management API: the lists that a comparison with the topology needs.
public struct BrokerState: Sendable {
    /// A list of the management API.
    public enum Section: String, Sendable, CaseIterable {
        case virtualHosts = "vhosts"
        case users
        case permissions
        case topicPermissions = "topic-permissions"
        case exchanges
        case queues
        case bindings
        case policies
        case operatorPolicies = "operator-policies"
        case virtualHostLimits = "vhost-limits"

        /// Whether the list is asked for one virtual host; the other lists are those of the whole broker.
        public var isOfVirtualHost: Bool {
            switch self {
            case .virtualHosts, .users, .permissions, .topicPermissions: false
            case .exchanges, .queues, .bindings, .policies, .operatorPolicies, .virtualHostLimits: true
            }
        }

        /// The fields of an entry that are used; empty for all. A queue has many more, which make its list long.
        public var columns: [String] {
            switch self {
            case .queues:
                [
                    "name", "durable", "auto_delete", "exclusive", "arguments", "policy", "operator_policy",
                    "effective_policy_definition",
                ]
            case .exchanges:
                [
                    "name", "type", "durable", "auto_delete", "internal", "arguments", "policy",
                    "effective_policy_definition",
                ]
            default: []
            }
        }
    }

    private var lists: [Section: [BrokerEntry]]

    /// `lists` has the answer of the management API for each section. What is not a list of objects is left out.
    public init(_ lists: [Section: JSONValue]) {
        self.lists = lists.mapValues { list in
            guard case .array(let entries) = list else { return [] }
            return entries.compactMap { entry in
                guard case .object(let fields) = entry else { return nil }
                return BrokerEntry(fields: fields)
            }
        }
    }

    subscript(section: Section) -> [BrokerEntry] { lists[section] ?? [] }
}

/// An entry of a list of the management API. A field that is absent or of another kind reads as empty.
struct BrokerEntry: Sendable {
    var fields: [String: JSONValue]

    func text(_ field: String) -> String {
        guard case .string(let text) = fields[field] else { return "" }
        return text
    }

    func flag(_ field: String) -> Bool { fields[field] == .bool(true) }

    func integer(_ field: String) -> Int64 {
        guard case .integer(let number) = fields[field] else { return 0 }
        return number
    }

    /// RabbitMQ writes an empty object as an empty list in some places.
    func object(_ field: String) -> [String: JSONValue] {
        guard case .object(let object) = fields[field] else { return [:] }
        return object
    }

    /// A list of words, which RabbitMQ before 3.9 wrote as one text with commas.
    func words(_ field: String) -> [String] {
        if case .array(let values) = fields[field] {
            return values.compactMap { value in
                guard case .string(let word) = value else { return nil }
                return word
            }
        }
        return text(field).split(separator: ",").map(String.init)
    }
}
