import JSON

/// What an enabled fork has in the broker: its queue, binding, policy and user. Enabling one changes nothing of the
/// other forks and of the pipeline.
public struct ForkTopology: Sendable, Equatable {
    public let fork: EventFork
    public let options: ForkOptions
    public let prefix: String
    public let queue: Topology.Queue?
    public let policy: Topology.Policy?
    public let user: BrokerUser?

    /// Retention removes whole segments, so they must be small beside the archive.
    private static let segmentBytes: ClosedRange<Int64> = 100_000...100_000_000
    private static let segmentsOfArchive: Int64 = 500
    /// An event is never dropped because its consumer died too often, which RabbitMQ 4 would do after 20 times.
    private static let returnsMax: Int64 = 1_000_000_000

    /// The topology of a fork with the names of this prefix.
    public init(_ fork: EventFork, _ options: ForkOptions, prefix: String) {
        (self.fork, self.options, self.prefix) = (fork, options, prefix)
        let name = fork.queueName(prefix: prefix)
        let type = fork == .archive ? "stream" : "quorum"
        queue = name.map { Topology.Queue(name: $0, arguments: ["x-queue-type": .string(type)]) }
        policy = name.map { name in
            Topology.Policy(
                name: name, pattern: "^\(Topology.escaped(name))$", definition: Self.policy(of: fork, options))
        }
        user = fork.userName(prefix: prefix).map { Self.user($0, fork, options, prefix: prefix) }
    }

    private static func policy(of fork: EventFork, _ options: ForkOptions) -> [String: JSONValue] {
        let bytes: [String: JSONValue] = ["max-length-bytes": .integer(options.bytesMax)]
        switch fork {
        case .replay: return [:]
        case .archive:
            let segment = min(
                max(options.bytesMax / segmentsOfArchive, segmentBytes.lowerBound), segmentBytes.upperBound)
            return bytes.merging(
                [
                    "max-age": .string(ForkOptions.text(ofAgeSeconds: options.ageSecondsMax)),
                    "stream-max-segment-size-bytes": .integer(segment),
                ]) { $1 }
        case .storage:
            // Full, it refuses events, which their stages count. With `drop-head` it would lose the oldest unseen.
            return bytes.merging(
                ["overflow": .string("reject-publish"), "delivery-limit": .integer(returnsMax)]) { $1 }
        }
    }

    private static func user(
        _ name: String, _ fork: EventFork, _ options: ForkOptions, prefix: String
    ) -> BrokerUser {
        let source = (fork == .replay ? EventFork.archive : fork).queueName(prefix: prefix) ?? ""
        let keys = Dictionary(grouping: options.destinations, by: \.exchange).mapValues { Set($0.map(\.routingKey)) }
        let exchanges = keys.keys.sorted().map { $0.isEmpty ? "amq.default" : $0 }
        return BrokerUser(
            name: name, configure: "^$", write: pattern(exchanges), read: pattern([source]),
            topicWrite: keys.filter { !$0.key.isEmpty }.mapValues { pattern($0.sorted()) })
    }

    /// The permissions to write with which a user may publish to these exchanges, without and with the default one.
    static func writePatterns(exchanges: [String]) -> [String] {
        [pattern(exchanges), pattern(["amq.default"] + exchanges)]
    }

    /// A regular expression for exactly these names, which are the operator's and may have any characters.
    private static func pattern(_ names: [String]) -> String {
        names.isEmpty ? "^$" : "^(" + names.map(escaped).joined(separator: "|") + ")$"
    }

    private static func escaped(_ name: String) -> String {
        name.map { #"\.^$*+?()[]{}|"#.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
