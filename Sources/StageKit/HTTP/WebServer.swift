public import HTTPServer
public import Hummingbird
public import Logging
public import ServiceLifecycle
public import Settings

/// Serves a stage's routes at an address.
public struct WebServer<Context: RouteContext>: Service where Context.Source == ApplicationRequestContextSource {
    private let router: @Sendable () -> Router<Context>
    private let address: ListenAddress
    private let logger: Logger
    private let direct: (any DirectRoute)?

    /// `direct` answers the requests that it takes, and the routes all others. `router` builds the routes inside `run`,
    /// since a router can't be passed between tasks.
    public init(
        address: ListenAddress, logger: Logger, direct: (any DirectRoute)? = nil,
        router: @escaping @Sendable () -> Router<Context>
    ) {
        self.direct = direct
        self.router = router
        self.address = address
        self.logger = logger
    }

    /// Serves until shutdown. Throws `SettingsError` when the address can't be used.
    public func run() async throws {
        let limits = ConnectionLimits(openFilesMax: OpenFiles.raiseLimit())
        let server = GuardedServer(
            host: address.host, port: address.port, limits: limits, logger: logger, direct: direct,
            onListening: { [logger, address] _ in
                logger.info(
                    "listening",
                    metadata: ["address": "\(address)", "connections_max": "\(limits.connectionsMax)"])
            }, router: router)
        do {
            try await server.run()
        } catch  where !(error is CancellationError) {
            throw SettingsError("can't listen on \(address): \(error)")
        }
    }
}
