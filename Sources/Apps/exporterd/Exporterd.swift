import BrokerAccess
import Exporter
import JobCore
import RabbitMQ
public import Settings
public import StageKit

public struct Exporterd: DaemonProgram {
    public static let program = Program.exporterd
    public static let abstract = "Writes events to files by hour: the storage fork."

    public static func run(_ settings: Settings) async throws {
        let configuration = try ExporterConfiguration(settings)
        let daemon = Daemon.bootstrap(configuration.daemon)
        let queue = ServiceQueue(
            options: configuration.broker.connection, ofFork: configuration.queue, prefetch: Exporter.prefetch,
            logger: daemon.logger)
        let files = EventFiles(
            folder: configuration.folder, name: configuration.name, fileBytesMax: configuration.fileBytesMax,
            logger: daemon.logger)
        let exporter = Exporter(queue: queue, files: files, time: SystemTime(), logger: daemon.logger)
        try await daemon.run(connections: queue.run, faults: { exporter.faults + queue.outages }) { [exporter] }
    }
}
