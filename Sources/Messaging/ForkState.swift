public import JSON

/// What a broker has of a fork, by the definitions that its management API writes.
public struct ForkState: Sendable, Equatable {
    public let fork: EventFork
    /// False when the broker has nothing of the fork.
    public let isEnabled: Bool
    /// What was chosen when it was enabled, as far as the policy tells. Without the destinations of a replay.
    public let options: ForkOptions
    /// Whether the policy tells all of the options. Without it the queue has no limit.
    public let isLimited: Bool
    /// The exchanges that the fork's user may publish to, as the broker's permission has them. Nil without a user.
    public let write: String?
    /// What is missing or different, a phrase each.
    public let faults: [String]

    private typealias Fields = [String: JSONValue]

    /// Reads a fork's part of the definitions of a broker.
    public init(_ fork: EventFork, inDefinitions present: JSONValue, virtualHost: String, prefix: String) {
        func entries(_ section: String) -> [Fields] {
            guard case .object(let sections) = present, case .array(let values) = sections[section] else { return [] }
            return values.compactMap { value in
                guard case .object(let fields) = value else { return nil }
                return fields["vhost"].map { $0 == .string(virtualHost) } ?? true ? fields : nil
            }
        }
        let found = Dictionary(
            uniqueKeysWithValues: ["users", "permissions", "topic_permissions", "policies", "queues", "bindings"].map {
                ($0, entries($0))
            })
        func named(_ section: String, _ field: String, _ name: String?) -> Fields? {
            name.flatMap { name in found[section]?.first { $0[field] == .string(name) } }
        }
        let (queueName, userName) = (fork.queueName(prefix: prefix), fork.userName(prefix: prefix))
        let policy = named("policies", "name", queueName)
        let user = named("users", "name", userName)
        let permission = named("permissions", "user", userName)
        self.fork = fork
        isEnabled = named("queues", "name", queueName) != nil || policy != nil || user != nil
        (options, isLimited) = Self.options(fork, policy?["definition"])
        if case .string(let text) = permission?["write"] { write = text } else { write = nil }

        let wanted = ForkTopology(fork, options, prefix: prefix)
        guard isEnabled, case .object(let sections) = wanted.definitions(virtualHost: virtualHost) else {
            faults = []
            return
        }
        let checks = [
            ("policies", ["name", "pattern", "definition"], "policy"), ("queues", ["name", "arguments"], "queue"),
            ("bindings", ["source", "destination", "routing_key"], "binding"), ("users", ["name"], "user"),
            (
                "permissions",
                fork == .replay ? ["user", "configure", "read"] : ["user", "configure", "write", "read"],
                "permissions of the user"
            ),
        ]
        faults =
            checks.flatMap { section, fields, noun in
                Self.missing(sections[section], in: found[section] ?? [], fields).map { _ in
                    "the \(noun) is missing or different"
                }
            } + Self.rightsFaults(of: wanted, user, write, found["topic_permissions"] ?? [])
    }

    /// Whether the queue itself is at fault: enabling the fork again does not replace it.
    public var isQueueDifferent: Bool { faults.contains("the queue is missing or different") }

    /// The faults as `belfry topology check` prints them. An archive that is enabled again gets its default retention.
    public func topologyFaults(prefix: String) -> [TopologyFault] {
        let destination = fork == .replay ? " --to EXCHANGE/KEY" : ""
        let environment = prefix == "belfry" ? "" : " --prefix \(RepairCommand.quoted(prefix))"
        return faults.map { fault in
            TopologyFault(
                .forkDifferent, "event fork \(fork.rawValue)", expected: "all that enabling it creates", found: fault,
                repair: "belfry forks enable \(fork.rawValue)\(destination)\(environment)")
        }
    }

    /// What the user of a fork may do beyond what enabling it allows. Where the replay may publish was chosen then, so
    /// its permissions have to agree: an exchange without a topic permission takes any key.
    private static func rightsFaults(
        of wanted: ForkTopology, _ user: Fields?, _ write: String?, _ topicPermissions: [Fields]
    ) -> [String] {
        guard let name = wanted.user?.name, let user else { return [] }
        let own = topicPermissions.map(BrokerEntry.init).filter { $0.text("user") == name }
        let exchanges = Set(own.map { $0.text("exchange") }).sorted()
        let isAsChosen = write.map(ForkTopology.writePatterns(exchanges: exchanges).contains) ?? true
        var faults: [String] = []
        if !BrokerEntry(fields: user).words("tags").isEmpty { faults.append("the user has tags") }
        if own.contains(where: { $0.text("read") != "^$" }) || !(wanted.fork == .replay ? isAsChosen : own.isEmpty) {
            faults.append("the topic permissions of the user are missing or different")
        }
        return faults
    }

    /// Whether other options may remove events that the queue holds. A full queue of the storage fork removes none: it
    /// refuses further ones.
    public func mayLoseEvents(by other: ForkOptions) -> Bool {
        guard fork == .archive, isEnabled else { return false }
        return !isLimited || other.bytesMax < options.bytesMax || other.ageSecondsMax < options.ageSecondsMax
    }

    /// The topic permissions that the broker has of the fork's user, beyond those that are wanted.
    public static func surplusTopicPermissions(
        of wanted: ForkTopology, inDefinitions present: JSONValue, virtualHost: String
    ) -> Bool {
        guard let user = wanted.user, case .object(let sections) = present,
            case .array(let values) = sections["topic_permissions"]
        else { return false }
        return values.contains { value in
            guard case .object(let fields) = value, fields["user"] == .string(user.name),
                fields["vhost"] == .string(virtualHost), case .string(let exchange) = fields["exchange"]
            else { return false }
            return user.topicWrite[exchange] == nil
        }
    }

    /// The options that a policy tells, with the defaults for the others, and whether it tells all.
    private static func options(_ fork: EventFork, _ definition: JSONValue?) -> (ForkOptions, isComplete: Bool) {
        var options = ForkOptions(fork)
        guard case .object(let fields) = definition else { return (options, false) }
        var (hasBytes, hasAge) = (false, fork != .archive)
        if case .integer(let bytes) = fields["max-length-bytes"], ForkOptions.bytesRange.contains(bytes) {
            (options.bytesMax, hasBytes) = (bytes, true)
        }
        if case .string(let age) = fields["max-age"], let seconds = ForkOptions.seconds(ofAge: age) {
            (options.ageSecondsMax, hasAge) = (seconds, true)
        }
        return (options, hasBytes && hasAge)
    }

    private static func missing(_ wanted: JSONValue?, in present: [Fields], _ fields: [String]) -> [Fields] {
        guard case .array(let values) = wanted else { return [] }
        return values.compactMap { value in
            guard case .object(let item) = value else { return nil }
            let isThere = present.contains { other in fields.allSatisfy { other[$0] == item[$0] } }
            return isThere ? nil : item
        }
    }
}
