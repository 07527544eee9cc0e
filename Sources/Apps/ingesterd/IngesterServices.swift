import Hummingbird
import Ingester
import JobCore
import Logging
import Messaging
import ServiceLifecycle
import Settings
import Signing
import StageKit
import Store

/// The services of each role of ingesterd.
struct IngesterServices {
    /// Thousands of heartbeats a second would be hundreds of transactions.
    private static let paceMilliseconds: Int64 = 20

    /// The queues of the lines of reports. Where recorders share them, a line goes to another recorder with its
    /// connection.
    static let lines = ReportLine.allCases.map(WorkQueue.ingesterReports)

    let store: any CallbackStore & RecorderStore & ReportStore
    /// Whether recorders share the lines of reports.
    let sharesLines: Bool
    let broker: any MessageBroker
    let callbackQueue: CallbackQueue
    let keys: SigningKeys
    let time: any TimeSource
    let logger: Logger

    func services(of role: IngesterRole, at address: ListenAddress) -> [any Service] {
        (role == .recorder ? [] : callback(at: address)) + (role == .callback ? [] : recorder)
    }

    /// The role that services call back to, over HTTP and over queues.
    private func callback(at address: ListenAddress) -> [any Service] {
        let endpoint = CallbackEndpoint(store: store, broker: broker, keys: keys, time: time, logger: logger)
        let intake = CallbackIntake(store: store, keys: keys, time: time, logger: logger)
        var services: [any Service] = [
            WebServer(address: address, logger: logger, direct: endpoint.direct, router: endpoint.router),
            pump(.ingesterCallbacks, intake, broker),
            Periodic(SignsOfLife(store: store), broker: broker, time: time, logger: logger),
        ]
        if let queueBroker = callbackQueue.broker(broker, logger: logger) {
            services.append(pump(.ingesterCallbacks, intake, queueBroker))
        }
        return services
    }

    /// The role that records: one handler for each line of reports.
    private var recorder: [any Service] {
        let balance = sharesLines ? LineBalance(store: store, time: time) : nil
        let pumps = ReportLine.allCases.map { line in
            pump(
                .ingesterReports(line),
                ReportHandler(line: line, store: store, balance: balance, time: time, logger: logger), broker)
        }
        return pumps + (balance.map { [Periodic($0, broker: broker, time: time, logger: logger)] } ?? [])
    }

    private func pump(_ queue: WorkQueue, _ handler: any MessageHandler, _ broker: any MessageBroker) -> Pump {
        Pump(
            queue: queue, limits: .init(prefetch: 1_000, batch: 500, paceMilliseconds: Self.paceMilliseconds),
            handler: handler, broker: broker, time: time,
            logger: logger)
    }
}
