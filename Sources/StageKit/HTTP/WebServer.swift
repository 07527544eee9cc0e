public import Hummingbird
public import Logging
public import Settings
public import ServiceLifecycle

/// Serves a stage's routes at an address.
public struct WebServer<Context: RequestContext>: Service where Context.Source == ApplicationRequestContextSource {
    private let router: @Sendable () -> Router<Context>
    private let address: ListenAddress
    private let logger: Logger

    /// `router` makes the routes: a router itself can't be sent between tasks.
    public init(
        address: ListenAddress, logger: Logger, router: @escaping @Sendable () -> Router<Context>
    ) {
        self.router = router
        self.address = address
        self.logger = logger
    }

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
