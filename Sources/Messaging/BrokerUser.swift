internal import JobCore

/// A broker user and all that it may do: each stage has one, with no more than it needs.
public struct BrokerUser: Sendable, Equatable {
    public var name: String
    /// Regular expressions over the names of exchanges and queues, as RabbitMQ's permissions take them.
    public var configure: String
    public var write: String
    public var read: String
    /// Which routing keys it may publish with, by exchange.
    public var topicWrite: [String: String]

    static func all(prefix: String) -> [BrokerUser] {
        let pipeline = prefix + Exchange.pipeline.rawValue
        let dead = prefix + Exchange.dead.rawValue
        func anyOf(_ names: [String]) -> String {
            names.isEmpty ? "^$" : "^(" + names.map(Topology.escaped).joined(separator: "|") + ")$"
        }
        func stage(_ name: String, says keys: [String], consumes queues: [WorkQueue]) -> BrokerUser {
            let parks = queues.filter(\.hasDeadLetters).map(\.rawValue)
            return BrokerUser(
                name: "\(prefix)-\(name)", configure: "^$", write: anyOf([pipeline] + (parks.isEmpty ? [] : [dead])),
                read: anyOf(queues.map { "\(prefix).\($0.rawValue)" }),
                topicWrite: [pipeline: anyOf(keys), dead: anyOf(parks)])
        }
        let everything = "^\(Topology.escaped(prefix))(\\..*)?$"
        return [
            BrokerUser(
                name: "\(prefix)-operator", configure: everything, write: everything, read: everything, topicWrite: [:]),
            stage("tickerd", says: [RoutingKey.scheduleDue, RoutingKey.baton], consumes: [.tickerBaton]),
            stage(
                "dispatcherd", says: [RoutingKey.deliveryRequested, RoutingKey.executionFinished],
                consumes: [.dispatcherDue, .dispatcherRuns]),
            stage(
                "courierd",
                says: [RoutingKey.deliveryAccepted, RoutingKey.deliveryDeferred, RoutingKey.deliveryRefused]
                    + RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) },
                consumes: [.courierDeliveries]),
            stage(
                "ingesterd",
                says: [
                    RoutingKey.callbackReceived, RoutingKey.executionStarted, RoutingKey.executionProgressed,
                    RoutingKey.executionFinished,
                ], consumes: [.ingesterReports]),
            stage("reaperd", says: [RoutingKey.executionExpired, RoutingKey.runRequested], consumes: []),
            stage(
                "consoled", says: [RoutingKey.runRequested, RoutingKey.executionCancelled, RoutingKey.jobChanged],
                consumes: []),
        ]
    }
}
