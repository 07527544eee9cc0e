public import JSON

/// A difference between the topology and what a broker has, with the command that repairs it.
public struct TopologyFault: Sendable, Equatable, CustomStringConvertible {
    /// The kind of difference, for programs. The raw value is its text in JSON.
    public enum Code: String, Sendable, CaseIterable {
        case virtualHostMissing = "vhost_missing"
        case exchangeMissing = "exchange_missing"
        case exchangeDifferent = "exchange_different"
        case queueMissing = "queue_missing"
        case queueDifferent = "queue_different"
        case bindingMissing = "binding_missing"
        case bindingDifferent = "binding_different"
        case bindingExtra = "binding_extra"
        case policyMissing = "policy_missing"
        case policyDifferent = "policy_different"
        /// Another policy applies to queues of the topology.
        case policyOverridden = "policy_overridden"
        /// An operator policy sets keys of the topology's policies to other values, or makes queues lose messages.
        case operatorPolicyOverrides = "operator_policy_overrides"
        case userMissing = "user_missing"
        case userTagged = "user_tagged"
        /// The user can't log in.
        case userWithoutPassword = "user_without_password"
        case permissionsMissing = "permissions_missing"
        case permissionsDifferent = "permissions_different"
        /// The user has permissions on another virtual host of the broker.
        case permissionsElsewhere = "permissions_elsewhere"
        case topicPermissionsMissing = "topic_permissions_missing"
        case topicPermissionsDifferent = "topic_permissions_different"
        case topicPermissionsExtra = "topic_permissions_extra"
        case virtualHostLimited = "vhost_limited"
        case userLimited = "user_limited"
        /// An enabled event fork lacks something, or has too much.
        case forkDifferent = "fork_different"
        /// The broker refused to say whether the object is as it should be.
        case refused
    }

    /// A change beyond creating what is missing, which `belfry topology apply --replace` makes before that.
    public enum Correction: Sendable, Equatable {
        case deleteExchange(String)
        case deleteQueue(String)
        /// `kind` is `q` for a queue and `e` for an exchange. `properties` names the binding in the management API.
        case deleteBinding(source: String, kind: String, destination: String, properties: String)
        /// All topic permissions of the user on the topology's virtual host.
        case deleteTopicPermissions(user: String)
        case deleteTags(user: String)
    }

    public var code: Code
    /// The kind and the name of the object.
    public var what: String
    public var expected: String
    public var found: String
    /// A command for a shell.
    public var repair: String
    /// Nil if creating what is missing repairs the fault, or if only `repair` does.
    public var correction: Correction?

    public init(
        _ code: Code, _ what: String, expected: String, found: String, repair: String, correction: Correction? = nil
    ) {
        self.code = code
        self.what = what
        self.expected = expected
        self.found = found
        self.repair = repair
        self.correction = correction
    }

    /// A sentence without the command.
    public var description: String {
        found == Self.nothing ? "\(what) is missing" : "\(what): expected \(expected), found \(found)"
    }

    /// The fault as `topology check --json` writes it.
    public var json: JSONValue {
        .object([
            "code": .string(code.rawValue), "what": .string(what), "expected": .string(expected),
            "found": .string(found), "repair": .string(repair),
        ])
    }

    /// What is found of an object that is missing.
    public static let nothing = "nothing"
}
