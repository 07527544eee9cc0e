public import Hummingbird
public import Logging
public import ServiceLifecycle
public import Settings

/// Serves a stage's routes at an address.
public struct WebServer<Context: RequestContext>: Service where Context.Source == ApplicationRequestContextSource {
    private let router: @Sendable () -> Router<Context>
    private let address: ListenAddress
    private let logger: Logger

    /// `router` builds the routes inside `run`, since a router can't be passed between tasks.
    public init(
        address: ListenAddress, logger: Logger, router: @escaping @Sendable () -> Router<Context>
    ) {
        self.router = router
        self.address = address
        self.logger = logger
    }

    /// Serves until shutdown. Throws `SettingsError` when the address can't be used.
    public func run() async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            router: router(),
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "belfry", backlog: 1_024),
            onServerRunning: { [logger] _ in logger.info("listening", metadata: ["address": "\(self.address)"]) },
            logger: quiet)
        do {
            try await application.run()
        } catch  where !(error is CancellationError) {
            throw SettingsError("can't listen on \(address): \(error)")
        }
    }
}
