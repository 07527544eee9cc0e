public import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// An HTTP server that holds its connections to limits, reads paths as RFC 3986 has them, answers `HEAD` as `GET`, and
/// tells its routes which methods a path has.
public struct GuardedServer<Context: RouteContext>: Service
where Context.Source == ApplicationRequestContextSource {
    private let router: @Sendable () -> Router<Context>
    private let host: String
    private let port: Int
    private let limits: ConnectionLimits
    private let onListening: @Sendable (Int) -> Void
    private let logger: Logger
    private let direct: (any DirectRoute)?

    /// Creates a server that listens once it runs.
    ///
    /// `direct` answers the requests that it takes, and the routes all others. `router` builds the routes inside `run`,
    /// since a router can't be passed between tasks. `onListening` is called with the port when connections are
    /// accepted; port 0 takes any that is free.
    public init(
        host: String, port: Int, limits: ConnectionLimits, logger: Logger, direct: (any DirectRoute)? = nil,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }, router: @escaping @Sendable () -> Router<Context>
    ) {
        self.direct = direct
        self.router = router
        self.host = host
        self.port = port
        self.limits = limits
        self.onListening = onListening
        self.logger = logger
    }

    /// Serves until shutdown. Throws if the address can't be listened on.
    public func run() async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let handlers = handlers
        let application = Application(
            responder: RouteResponder(router()),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: handlers(),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 * 1_024, maxHeaderListSize: 32 * 1_024, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(host, port: port), serverName: AnswerFields.serverName, backlog: 1_024,
                // Connections that are closed to make room still have their file for a moment.
                availableConnectionsDelegate: .maximum(limits.connectionsMax + 32, logger: quiet)),
            onServerRunning: { [onListening, port] in onListening($0.localAddress?.port ?? port) },
            logger: quiet)
        try await application.run()
    }

    /// Makes the handlers of a connection, in the order in which they get its requests.
    private var handlers: @Sendable () -> [any RemovableChannelHandler] {
        let connections = Connections(limits)
        let outbox = AnswerOutbox()
        let fields = AnswerFields()
        return { [direct] in
            let guardian = ConnectionGuard(connections)
            return if let direct { [guardian, direct.makeHandler(outbox, fields)] } else { [guardian] }
        }
    }
}
