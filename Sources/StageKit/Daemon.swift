internal import CoreMetrics
internal import Foundation
internal import JobCore
public import Logging
internal import Observability
public import Settings
public import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// What every daemon does around its stage: logs, metrics, the health port, signals, an orderly end.
public struct Daemon: Sendable {
    public let logger: Logger
    private let metrics: PrometheusMetrics
    private let healthAddress: ListenAddress?

    /// Supervisors kill after 30 s or more.
    private static let longestShutdown: Duration = .seconds(25)

    /// Reads the settings all daemons share, checks all of them, and says what the program runs with.
    public init(_ settings: inout Settings) throws {
        let level: Logger.Level? = settings.value(
            "log-level", default: "info", hint: "give trace, debug, info, notice, warning, error or critical"
        ) { Logger.Level(rawValue: $0) }
        let format: LogFormat? = settings.value("log-format", default: "text", hint: "give text or json") {
            LogFormat(rawValue: $0)
        }
        healthAddress =
            settings.text("health-listen") == nil ? nil : settings.listenAddress("health-listen")
        try settings.check()
        LogFormat.bootstrap(format ?? .text, level: level ?? .info)
        metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        logger = Logger(label: settings.program)
        // librabbitmq, libcurl and OpenSSL may write to a socket whose peer is gone.
        signal(SIGPIPE, SIG_IGN)
        logger.info("starting", metadata: settings.summary)
    }

    /// Runs until SIGTERM or SIGINT, then ends in order: the stage first, its connections last.
    ///
    /// `connections` keeps what the stage talks through, until it is cancelled.
    /// `stage` makes the services that do the work. It is tried again until it succeeds (a store that is away), and
    /// the process is not ready before. `faults` says why it isn't later on.
    public func run(
        connections: @escaping @Sendable () async -> Void,
        faults: @escaping @Sendable () async -> [String],
        stage: @escaping @Sendable () async throws -> [any Service]
    ) async throws {
        let starting = StartFault()
        var services: [any Service] = []
        if let healthAddress {
            services.append(
                HealthServer(address: healthAddress, metrics: metrics, logger: logger) {
                    if let fault = starting.text { return [fault] }
                    return await faults()
                })
        }
        services.append(ConnectionLoop(loop: connections))
        services.append(StageLoop(make: stage, fault: starting, logger: logger))
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        // What can't end in order (a publish that the broker blocks) is cut off: it comes again elsewhere.
        configuration.maximumGracefulShutdownDuration = Self.longestShutdown
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError {
            logger.warning("could not end in order", metadata: ["after": "\(Self.longestShutdown)"])
        }
        logger.info("stopped")
    }

    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = .warning
        return quiet
    }
}

/// Why the stage has not started yet.
private final class StartFault: Sendable {
    private let box = Mutex<String?>("starting")
    var text: String? { box.withLock { $0 } }
    func set(_ text: String?) { box.withLock { $0 = text } }
}

/// Keeps what the stage talks through until the stage has ended.
private struct ConnectionLoop: Service {
    let loop: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await loop() }
    }
}

/// Makes the stage, as often as it takes, and runs it.
private struct StageLoop: Service {
    let make: @Sendable () async throws -> [any Service]
    let fault: StartFault
    let logger: Logger

    func run() async throws {
        var attempt = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let services = try await make()
                fault.set(nil)
                logger.info("ready to work")
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    for service in services { group.addTask { try await service.run() } }
                    try await group.waitForAll()
                }
            } catch let error where fault.text != nil {
                fault.set("\(error)")
                let wait = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0.5..<1))
                attempt += 1
                logger.warning("can't start yet, trying again", metadata: ["error": "\(error)", "wait_ms": "\(wait)"])
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(wait)) }
            }
        }
    }
}
