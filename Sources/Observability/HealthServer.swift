import CoreMetrics
import HTTPServer
import Hummingbird
public import Logging
public import ServiceLifecycle
public import Settings

/// An HTTP server with `/healthz` (the process runs), `/readyz` (it can do its work) and `/metrics` (Prometheus text).
public struct HealthServer: Service {
    private let address: ListenAddress
    private let metrics: PrometheusMetrics
    private let faults: @Sendable () async -> [String]
    private let logger: Logger

    /// Creates a server that listens once it runs.
    ///
    /// `faults` returns the reasons why the process can't do its work now, and nothing if it can. They become the body
    /// of a 503 answer on `/readyz`, so they must not name paths or hosts.
    public init(
        address: ListenAddress, metrics: PrometheusMetrics, logger: Logger,
        faults: @escaping @Sendable () async -> [String]
    ) {
        self.address = address
        self.metrics = metrics
        self.logger = logger
        self.faults = faults
    }

    /// Serves until the task is cancelled or the service group shuts down. Throws if the address can't be listened on.
    public func run() async throws {
        try await GuardedServer(
            host: address.host, port: address.port, limits: .health, logger: logger, router: router
        ).run()
    }

    @Sendable private func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.get("healthz") { _, _ in "ok\n" }
        router.get("readyz") { _, _ in Self.readiness(await faults()) }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
        }
        return router
    }

    /// The answer of `/readyz`.
    static func readiness(_ faults: [String]) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain"]
        // A supervisor asks each few seconds.
        if !faults.isEmpty { headers[.retryAfter] = "2" }
        let text = faults.isEmpty ? "ready" : faults.joined(separator: "\n")
        return Response(
            status: faults.isEmpty ? .ok : .serviceUnavailable, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
