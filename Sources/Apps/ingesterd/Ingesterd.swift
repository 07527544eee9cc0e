import BrokerAccess
import Hummingbird
import Ingester
import Messaging
import RabbitMQ
import ServiceLifecycle
public import Settings
import Signing
public import StageKit
import StoreAccess

public struct Ingesterd: DaemonProgram {
    public static let program = Program.ingesterd
    public static let abstract = "Receives callbacks at its endpoint, and records every change of an execution."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings, storeURL, keys, address, sqs, role) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value,
            AllSettings.signingKeys.parsed(SigningKeys.init(parsing:)).value, AllSettings.callbackListen.value,
            SQSSettings.init, AllSettings.role.value)
        let daemon = Daemon.bootstrap(daemonSettings)
        let broker = RabbitBroker(
            brokerSettings, consumes: true,
            consumedApart: storeURL.isShared && role != .callback ? IngesterServices.lines : [],
            publishesEvents: role != .callback, logger: daemon.logger)
        let queue = CallbackQueue(sqs, topology: brokerSettings.topology)
        let (opened, time) = (LazyStore(storeURL, logger: daemon.logger), StoreClock(logger: daemon.logger))
        try await daemon.run(
            listens: role == .recorder ? [] : [address], connections: { await queue.run(beside: broker.run) },
            faults: { await opened.faults() + broker.outages }
        ) {
            let store = try await opened.open()
            let clock = try await time.follow(store)
            let ingester = IngesterServices(
                store: store, sharesLines: storeURL.isShared, broker: broker, callbackQueue: queue, keys: keys,
                time: time, logger: daemon.logger)
            return clock + ingester.services(of: role, at: address)
        }
    }
}
