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
        let allOfOurs = "^\(Topology.escaped(prefix))(\\..*)?$"
        return [
            BrokerUser(
                name: "\(prefix)-operator", configure: allOfOurs, write: allOfOurs, read: allOfOurs, topicWrite: [:])
        ] + stages(prefix: prefix) + [
            deadletterd(prefix: prefix),
            BrokerUser(
                name: "\(prefix)-service", configure: "^$", write: anyOf([prefix + Exchange.callbacks.rawValue]),
                read: "^$", topicWrite: [prefix + Exchange.callbacks.rawValue: ".*"]),
            subscriber(prefix: prefix),
        ]
    }

    /// A subscriber declares queues of its own, binds them to the events and consumes them. It publishes nothing.
    private static func subscriber(prefix: String) -> BrokerUser {
        let own = "\(Topology.escaped(prefix))\\.subscriber\\..+"
        return BrokerUser(
            name: "\(prefix)-subscriber", configure: "^\(own)$", write: "^\(own)$",
            read: "^(\(Topology.escaped(prefix + Exchange.events.rawValue))|\(own))$", topicWrite: [:])
    }

    private static func stages(prefix: String) -> [BrokerUser] {
        func reports(_ kinds: ReportKind...) -> [String] {
            kinds.flatMap { kind in ReportLine.allCases.map { RoutingKey.report(kind, $0) } }
        }
        func batches(_ kind: ReportBatchKind) -> [String] { ReportLine.allCases.map { RoutingKey.reports(kind, $0) } }
        func stage(
            _ name: String, publishes keys: [String], andToTheLadder steps: [String] = [],
            andEvents publishesEvents: Bool = false, consumes queues: [WorkQueue]
        ) -> BrokerUser {
            let keysByExchange: [Exchange: [String]] = [
                .pipeline: keys, .dead: queues.filter(\.hasDeadLetters).map(\.rawValue), .retry: steps,
            ]
            var topicWrite = Dictionary(uniqueKeysWithValues: keysByExchange.map { (prefix + $0.rawValue, anyOf($1)) })
            let events = prefix + Exchange.events.rawValue
            topicWrite[events] = "^$"
            var exchanges = topicWrite.filter { $0.value != "^$" }.map(\.key)
            if publishesEvents {
                // Any event: its key names the job, so RabbitMQ would match almost each one anew. That was more than
                // a third of what an event without a subscriber cost it.
                topicWrite[events] = nil
                exchanges.append(events)
            }
            return BrokerUser(
                name: "\(prefix)-\(name)", configure: "^$", write: anyOf(exchanges.sorted()),
                read: anyOf(queues.map { "\(prefix).\($0.rawValue)" }), topicWrite: topicWrite)
        }
        let due = [RoutingKey.scheduleDue, RoutingKey.scheduleDueBulk]
        var consoled = stage(
            "consoled",
            publishes: reports(.executionCancelled) + [RoutingKey.runRequested, RoutingKey.deadLettersRequested],
            andEvents: true, consumes: [])
        // Each process has a queue of its own for the answers to its requests. It binds it, so it reads that exchange.
        let answers = Topology.escaped("\(prefix)\(Exchange.answers.rawValue)")
        consoled.configure = "^\(answers)\\.[0-9a-f-]{36}$"
        consoled.read = "^\(answers)(\\.[0-9a-f-]{36})?$"
        let published = [Exchange.pipeline, .events].map { Topology.escaped(prefix + $0.rawValue) }
        consoled.write = "^(\(published.joined(separator: "|"))|\(answers)\\.[0-9a-f-]{36})$"
        return [
            stage("tickerd", publishes: due + [RoutingKey.baton], consumes: [.tickerBaton]),
            stage(
                "dispatcherd",
                publishes: due + [
                    RoutingKey.deliveryRequested, RoutingKey.deliveryRequestedBulk, RoutingKey.deliveryMark(.bulk),
                ],
                andEvents: true,
                consumes: [
                    .dispatcherDue, .dispatcherBulk, .dispatcherRuns, .dispatcherDeliveries, .dispatcherRedeliveries,
                ]),
            stage(
                "courierd",
                publishes: reports(.deliveryAccepted, .deliveryDeferred, .deliveryRefused, .markTaken)
                    + batches(.deliveryReports) + [RoutingKey.deliveryMark(.requested)],
                andToTheLadder: RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) },
                consumes: [.courierDeliveries, .courierBulk]),
            stage(
                "ingesterd",
                publishes: reports(.callbackReceived, .signOfLife) + batches(.callbackReports)
                    + [RoutingKey.redeliveryRequested],
                andEvents: true, consumes: [.ingesterCallbacks] + ReportLine.allCases.map(WorkQueue.ingesterReports)),
            stage(
                "reaperd", publishes: reports(.executionExpired, .deliveryOverdue) + [RoutingKey.deliveryMark(.due)],
                consumes: []),
            consoled,
        ]
    }

    /// deadletterd reads the dead letters of every queue, and publishes them again to where they came from: with the
    /// routing keys of these queues, and no others.
    private static func deadletterd(prefix: String) -> BrokerUser {
        let queues = WorkQueue.allCases.filter(\.hasDeadLetters)
        let keys = queues.filter { $0.exchange == .pipeline }.flatMap(\.routingKeys)
        let topicWrite: [Exchange: String] = [
            .pipeline: anyOf(keys), .callbacks: ".*", .answers: "^answer\\.[0-9a-f-]{36}$",
            .dead: anyOf([WorkQueue.deadletterRequests.rawValue]),
        ]
        return BrokerUser(
            name: "\(prefix)-deadletterd", configure: "^$",
            write: anyOf(topicWrite.keys.map { prefix + $0.rawValue }.sorted()),
            read: anyOf(
                queues.map { "\(prefix).\($0.rawValue).dead" }
                    + ["\(prefix).\(WorkQueue.deadletterRequests.rawValue)"]),
            topicWrite: Dictionary(uniqueKeysWithValues: topicWrite.map { (prefix + $0.rawValue, $1) }))
    }

    private static func anyOf(_ names: [String]) -> String {
        names.isEmpty ? "^$" : "^(" + names.map(Topology.escaped).joined(separator: "|") + ")$"
    }
}
