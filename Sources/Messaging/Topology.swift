public import JSON
import JobCore

/// Every exchange, queue, binding, policy and broker user of one environment.
///
/// `topology/definitions.json` is this value with the prefix `belfry`, written out; a test holds them equal.
public struct Topology: Sendable, Equatable {
    /// A durable queue.
    public struct Queue: Sendable, Equatable {
        public var name: String
        /// The arguments that a policy can't set: the queue type, one consumer at a time, and the baton's limit of one
        /// message.
        public var arguments: [String: JSONValue]
    }

    /// Routes messages of an exchange with a routing key to a queue.
    public struct Binding: Sendable, Equatable {
        public var exchange: String
        public var queue: String
        public var routingKey: String
    }

    /// Settings of the queues whose names match a pattern.
    public struct Policy: Sendable, Equatable {
        public var name: String
        public var pattern: String
        public var definition: [String: JSONValue]
    }

    public let prefix: String
    public let queues: [Queue]
    public let bindings: [Binding]
    public let policies: [Policy]
    public let users: [BrokerUser]

    /// `prefix` begins the name of every exchange and queue: 1 to 64 of a-z, A-Z, 0-9, “-”, “_” and “.”.
    public init(prefix: String) {
        self.prefix = prefix
        var queues: [Queue] = []
        var bindings: [Binding] = []
        var policies: [Policy] = []
        let quorum: [String: JSONValue] = ["x-queue-type": .string("quorum")]
        let pipeline = prefix + Exchange.pipeline.rawValue
        let dead = prefix + Exchange.dead.rawValue
        let retry = prefix + Exchange.retry.rawValue
        func pattern(_ name: String) -> String { "^" + Self.escaped(name) + "$" }

        for queue in WorkQueue.allCases {
            let name = "\(prefix).\(queue.rawValue)"
            queues.append(Queue(name: name, arguments: quorum.merging(Self.arguments(of: queue)) { $1 }))
            let exchange = prefix + queue.exchange.rawValue
            bindings += queue.routingKeys.map { Binding(exchange: exchange, queue: name, routingKey: $0) }
            guard queue.hasDeadLetters else { continue }
            queues.append(Queue(name: "\(name).dead", arguments: quorum))
            bindings.append(Binding(exchange: dead, queue: "\(name).dead", routingKey: queue.rawValue))
            policies.append(
                Policy(name: name, pattern: pattern(name), definition: Self.policy(of: queue, deadExchange: dead)))
        }
        let letters = WorkQueue.allCases.filter(\.hasDeadLetters).map { Self.escaped($0.rawValue) }
        policies.append(
            Policy(
                name: dead, pattern: "^\(Self.escaped(prefix))\\.(\(letters.joined(separator: "|")))\\.dead$",
                definition: ["delivery-limit": .integer(Self.returnsOfLettersMax)]))
        for seconds in RetryLadder.stepsSeconds {
            let key = RoutingKey.retry(stepSeconds: seconds)
            let name = "\(prefix).\(key)"
            queues.append(Queue(name: name, arguments: quorum))
            bindings.append(Binding(exchange: retry, queue: name, routingKey: key))
            policies.append(
                Policy(
                    name: name, pattern: pattern(name),
                    definition: Self.deadLettering(to: pipeline, key: RoutingKey.deliveryDue)
                        .merging(["message-ttl": .integer(seconds * 1_000)]) { $1 }))
        }
        self.queues = queues
        self.bindings = bindings
        self.policies = policies
        users = BrokerUser.all(prefix: prefix)
    }

    /// The full names of all exchanges.
    public var exchanges: [String] { Exchange.allCases.map { prefix + $0.rawValue } }

    /// Whether others may bind queues and exchanges of their own to this exchange: events are for everybody, and each
    /// asker has a queue for its answers. All else holds payloads and tokens.
    public func isOpenToOthers(_ exchange: String) -> Bool {
        [Exchange.events, .answers].contains { name(of: $0) == exchange }
    }

    /// The full name of an exchange, with the prefix.
    public func name(of exchange: Exchange) -> String { prefix + exchange.rawValue }

    /// The full name of a queue, with the prefix.
    public func name(of queue: WorkQueue) -> String { "\(prefix).\(queue.rawValue)" }

    /// Why a prefix can't be used; nil when it can.
    public static func fault(inPrefix prefix: String) -> String? {
        let isSafe = prefix.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard isSafe, (1...64).contains(prefix.utf8.count), !prefix.hasPrefix("amq.") else {
            return "must be 1 to 64 of a-z, A-Z, 0-9, “-”, “_” and “.”, and not begin with “amq.”"
        }
        return nil
    }

    static func escaped(_ name: String) -> String {
        name.replacing(".", with: "\\.")
    }

    /// The baton's queue keeps one message, the newest, and serves one consumer at a time. So does the queue of each
    /// line of reports: when its consumer dies, its unacked messages return to their places before the next consumer
    /// gets any (the policy's delivery limit sees to that). Requests about dead letters are carried out one at a time.
    private static func arguments(of queue: WorkQueue) -> [String: JSONValue] {
        let single: [String: JSONValue] = ["x-single-active-consumer": .bool(true)]
        if queue == .deadletterRequests || queue.reportLine != nil { return single }
        guard queue == .tickerBaton else { return [:] }
        return single.merging(["x-max-length": .integer(1), "x-overflow": .string("drop-head")]) { $1 }
    }

    /// A listing takes letters and returns them, and the broker counts that. The limit is never reached, but without
    /// one letters that are returned would not keep their places, and RabbitMQ 4 would drop them after 20 returns.
    private static let returnsOfLettersMax: Int64 = 1_000_000_000

    /// The asker of a request about dead letters waits for at most this long, so the broker drops it then.
    private static let requestMilliseconds: Int64 = 30_000

    private static func policy(of queue: WorkQueue, deadExchange: String) -> [String: JSONValue] {
        let limit: [String: JSONValue] = ["delivery-limit": .integer(20)]
        guard queue != .deadletterRequests else {
            return limit.merging(["message-ttl": .integer(requestMilliseconds)]) { $1 }
        }
        return limit.merging(deadLettering(to: deadExchange, key: queue.rawValue)) { $1 }
    }

    /// At-least-once needs `reject-publish`; with anything else the broker silently loses dead letters
    /// (RabbitMQ documentation, "Quorum Queues", at-least-once dead-lettering).
    private static func deadLettering(to exchange: String, key: String) -> [String: JSONValue] {
        [
            "dead-letter-exchange": .string(exchange), "dead-letter-routing-key": .string(key),
            "dead-letter-strategy": .string("at-least-once"), "overflow": .string("reject-publish"),
        ]
    }
}
