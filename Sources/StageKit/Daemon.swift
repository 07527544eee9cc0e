import CoreMetrics
import Foundation
import JobCore
public import Logging
import Observability
public import ServiceLifecycle
public import Settings
import UnixSignals

/// What every daemon has around its stage: logs, metrics, time zones, the health port, the notices to systemd, signals,
/// an orderly end.
public struct Daemon: Sendable {
    public let logger: Logger
    private let metrics: PrometheusMetrics
    private let settings: DaemonSettings

    /// Supervisors kill after 30 s or more.
    private static let shutdownMax: Duration = .seconds(25)

    /// Sets up what is global in a process, so call it once: the log handler, the metrics, the folder of time zones,
    /// the limit of open files, and that SIGPIPE is ignored (librabbitmq, libcurl and OpenSSL may write to a socket
    /// whose peer has closed it). Logs the version and all settings.
    public static func bootstrap(_ settings: DaemonSettings) -> Daemon {
        settings.logFormat.bootstrap(level: settings.logLevel)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        if let tzdir = settings.tzdir { ZoneDatabase.shared.use(folder: tzdir) }
        signal(SIGPIPE, SIG_IGN)
        OpenFiles.raiseLimit()
        let logger = Logger(label: settings.program.rawValue)
        // The gauge has no value of its own: its labels are the information.
        let build = ["version": Build.version, "commit": Build.commit]
        Meter(label: "belfry_build_info", dimensions: build.sorted { $0.key < $1.key }).set(1)
        logger.info("starting", metadata: settings.summary.merging(build) { $1 }.mapValues { .string($0) })
        return Daemon(logger: logger, metrics: metrics, settings: settings)
    }

    /// Runs until SIGTERM or SIGINT, then ends in order: the stage first, its connections last.
    ///
    /// `connections` keeps what the stage talks through, until it is cancelled. `stage` makes the services that do the
    /// work. It is tried again while the store is unavailable, and until then the process is not ready. `faults` are
    /// the reasons why it is not ready later on.
    ///
    /// `listens` are the addresses at which the stage will listen. Throws `SettingsError` at once if that can't be.
    /// Later on it throws what a service throws, and `StoreError.unusable` of `stage`.
    public func run(
        listens: [ListenAddress] = [],
        connections: @escaping @Sendable () async -> Void,
        faults: @escaping @Sendable () async -> [String],
        stage: @escaping @Sendable () async throws -> [any Service]
    ) async throws {
        try PortCheck.run((settings.healthAddress.map { [$0] } ?? []) + listens)
        let loop = StageLoop(time: SystemTime(), logger: logger, make: stage)
        let allFaults: @Sendable () async -> [String] = {
            if let fault = loop.startFault { return [fault] }
            return await faults()
        }
        // The last is shut down first, and each after the one behind it has ended.
        var services: [any Service] = []
        let socket = NoticeSocket(logger: logger)
        if let socket, let limit = socket.watchdogMilliseconds {
            services.append(WatchdogSigns(socket: socket, limitMilliseconds: limit, time: SystemTime()))
        }
        if let address = settings.healthAddress {
            services.append(HealthServer(address: address, metrics: metrics, logger: logger, faults: allFaults))
        }
        if settings.tzdir != nil { services.append(ZoneWatch(.shared, time: SystemTime(), logger: logger)) }
        services += [ConnectionLoop(loop: connections), loop]
        if let socket { services.append(StartReporter(socket: socket, time: SystemTime(), faults: allFaults)) }
        var quiet = logger
        quiet.logLevel = .warning
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = Self.shutdownMax
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError {
            logger.warning(
                "shutdown timed out, unfinished work will be redelivered", metadata: ["after": "\(Self.shutdownMax)"])
        }
        logger.info("stopped")
    }
}

/// Keeps what the stage talks through until the stage has ended.
private struct ConnectionLoop: Service {
    let loop: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await loop() }
    }
}
