import BrokerAccess
import Console
import JobCore
import Messaging
import RabbitMQ
public import Settings
public import StageKit
import StoreAccess

public struct Consoled: DaemonProgram {
    public static let program = Program.consoled
    public static let abstract = "Serves the admin API: jobs, runs, history."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings, storeURL, address, serviceURL, endpoint) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value,
            AllSettings.apiListen.value, AllSettings.serviceAMQPURL.optional.value, SQSSettings.endpoint)
        let daemon = Daemon.bootstrap(daemonSettings)
        let (logger, time) = (daemon.logger, StoreClock(logger: daemon.logger))
        let broker = RabbitBroker(brokerSettings, consumes: false, publishesEvents: true, logger: logger)
        let (answers, opened) = (AnswerQueue(brokerSettings, logger: logger), LazyStore(storeURL, logger: logger))
        let connections = { @Sendable () async in
            async let answering: Void = answers.run()
            _ = await (broker.run(), answering)
        }
        try await daemon.run(
            listens: [address], connections: connections, faults: { await opened.faults() + broker.outages }
        ) {
            let targets = TargetRules(
                hasServiceBroker: serviceURL != nil, pipelinePrefix: brokerSettings.topology.prefix,
                sqsEndpoint: endpoint)
            let store = try await opened.open()
            let console = Console(
                store: store, broker: broker, queues: RabbitQueueInspector(brokerSettings), answers: answers,
                targets: targets, time: time, logger: logger)
            return try await time.follow(store) + [WebServer(address: address, logger: logger, router: console.router)]
                + console.periodicStages.map { Periodic($0, broker: broker, time: time, logger: logger) }
        }
    }
}
