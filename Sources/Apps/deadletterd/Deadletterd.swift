import BrokerAccess
import DeadLetters
import JobCore
import RabbitMQ
public import Settings
public import StageKit

public struct Deadletterd: DaemonProgram {
    public static let program = Program.deadletterd
    public static let abstract = "Lists, replays and drops dead letters, as the admin API asks it to."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings) = try settings.all(DaemonSettings.init, BrokerSettings.init)
        let daemon = Daemon.bootstrap(daemonSettings)
        let broker = RabbitBroker(brokerSettings, consumes: true, publishesEvents: false, logger: daemon.logger)
        try await daemon.run(connections: broker.run, faults: { broker.outages }) {
            let scan = RabbitDeadLetterScan(
                options: brokerSettings.connection, topology: brokerSettings.topology)
            return [
                DeadLetters(
                    broker: broker, scan: scan, topology: brokerSettings.topology, time: SystemTime(),
                    logger: daemon.logger)
            ]
        }
    }
}
