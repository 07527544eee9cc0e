public import HTTPServer
public import Hummingbird
import Logging
import ServiceLifecycle
import TestServers

/// A server on a free loopback port, for the time of a closure.
///
///     try await LiveServer.run(router: router) { server in
///         let client = try RawConnection(port: server.port)
///     }
public struct LiveServer: Sendable {
    public let port: Int
    private let group: ServiceGroup

    /// Begins an orderly shutdown.
    public func shutDown() async {
        await group.triggerGracefulShutdown()
    }

    /// Runs a server, and returns once it has ended. Throws what the closure throws.
    public static func run<Context: RouteContext>(
        limits: ConnectionLimits = ConnectionLimits(connectionsMax: 100), direct: (any DirectRoute)? = nil,
        router: @escaping @Sendable () -> Router<Context>, _ body: (LiveServer) async throws -> Void
    ) async throws where Context.Source == ApplicationRequestContextSource {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = GuardedServer(
            host: "127.0.0.1", port: 0, limits: limits, logger: logger, direct: direct,
            onListening: { found.yield($0) }, router: router)
        // Ends in order: a server that is cancelled with connections that it has not taken yet ends the process
        // (NIOAsyncWriter).
        var configuration = ServiceGroupConfiguration(services: [server], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(60)
        let group = ServiceGroup(configuration: configuration)
        let running = Task { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        guard let port = await iterator.next() else { throw TestFailure("the server does not listen") }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(LiveServer(port: port, group: group)))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        _ = await running.result
        try result.get()
    }
}
