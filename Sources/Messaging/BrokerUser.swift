import JobCore

/// A broker user with its permissions. Each stage has a user of its own, with only the permissions that it needs, and
/// services that publish their callbacks have one.
public struct BrokerUser: Sendable, Equatable {
    public var name: String
    /// Regular expressions over the names of exchanges and queues, as RabbitMQ's permissions take them.
    public var configure: String
    public var write: String
    public var read: String
    /// The routing keys that the user may publish with, by exchange, as regular expressions.
    public var topicWrite: [String: String]

    static func all(prefix: String) -> [BrokerUser] {
        let pipeline = prefix + Exchange.pipeline.rawValue
        let dead = prefix + Exchange.dead.rawValue
        let callbacks = prefix + Exchange.callbacks.rawValue
        let retry = prefix + Exchange.retry.rawValue
        func anyOf(_ names: [String]) -> String {
            names.isEmpty ? "^$" : "^(" + names.map(Topology.escaped).joined(separator: "|") + ")$"
        }
        func reports(_ kinds: ReportKind...) -> [String] {
            kinds.flatMap { kind in ReportLine.allCases.map { RoutingKey.report(kind, $0) } }
        }
        func stage(
            _ name: String, publishes keys: [String], andToTheLadder steps: [String] = [], consumes queues: [WorkQueue]
        ) -> BrokerUser {
            let keysByExchange = [
                pipeline: keys, dead: queues.filter(\.hasDeadLetters).map(\.rawValue), retry: steps,
            ]
            return BrokerUser(
                name: "\(prefix)-\(name)", configure: "^$",
                write: anyOf([pipeline, dead, retry].filter { keysByExchange[$0] != [] }),
                read: anyOf(queues.map { "\(prefix).\($0.rawValue)" }), topicWrite: keysByExchange.mapValues(anyOf))
        }
        let due = [RoutingKey.scheduleDue, RoutingKey.scheduleDueBulk]
        let allOfOurs = "^\(Topology.escaped(prefix))(\\..*)?$"
        return [
            BrokerUser(
                name: "\(prefix)-operator", configure: allOfOurs, write: allOfOurs, read: allOfOurs, topicWrite: [:]),
            stage("tickerd", publishes: due + [RoutingKey.baton], consumes: [.tickerBaton]),
            stage(
                "dispatcherd",
                publishes: due + [
                    RoutingKey.deliveryRequested, RoutingKey.deliveryRequestedBulk, RoutingKey.deliveryMark(.bulk),
                    RoutingKey.executionFinished,
                ],
                consumes: [
                    .dispatcherDue, .dispatcherBulk, .dispatcherRuns, .dispatcherDeliveries, .dispatcherRedeliveries,
                ]),
            stage(
                "courierd",
                publishes: reports(.deliveryAccepted, .deliveryDeferred, .deliveryRefused, .markTaken)
                    + [RoutingKey.deliveryMark(.requested)],
                andToTheLadder: RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) },
                consumes: [.courierDeliveries, .courierBulk]),
            stage(
                "ingesterd",
                publishes: reports(.callbackReceived, .signOfLife) + [
                    RoutingKey.redeliveryRequested, RoutingKey.executionStarted, RoutingKey.executionProgressed,
                    RoutingKey.executionFinished,
                ], consumes: [.ingesterCallbacks] + ReportLine.allCases.map(WorkQueue.ingesterReports)),
            stage(
                "reaperd", publishes: reports(.executionExpired, .deliveryOverdue) + [RoutingKey.deliveryMark(.due)],
                consumes: []),
            stage(
                "consoled",
                publishes: reports(.executionCancelled) + [RoutingKey.runRequested, RoutingKey.jobChanged],
                consumes: []),
            BrokerUser(
                name: "\(prefix)-service", configure: "^$", write: anyOf([callbacks]), read: "^$",
                topicWrite: [callbacks: ".*"]),
        ]
    }
}
