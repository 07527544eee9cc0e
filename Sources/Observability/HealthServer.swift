internal import CoreMetrics
internal import Hummingbird
public import Logging
public import Settings
public import ServiceLifecycle

/// Answers `/healthz` (the process lives), `/readyz` (it can do its work now) and `/metrics` (Prometheus).
public struct HealthServer: Service {
    private let address: ListenAddress
    private let metrics: PrometheusMetrics
    private let faults: @Sendable () async -> [String]
    private let logger: Logger

    /// `faults` says why the process can't work now; nothing when it can.
    public init(
        address: ListenAddress, metrics: PrometheusMetrics, logger: Logger,
        faults: @escaping @Sendable () async -> [String]
    ) {
        self.address = address
        self.metrics = metrics
        self.logger = logger
        self.faults = faults
    }

    public func run() async throws {
        let router = Router()
        router.get("healthz") { _, _ in "ok\n" }
        router.get("readyz") { _, _ in
            let faults = await faults()
            return Response(
                status: faults.isEmpty ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain"],
                body: .init(
                    byteBuffer: ByteBuffer(string: (faults.isEmpty ? "ready" : faults.joined(separator: "\n")) + "\n")))
        }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
        }
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            router: router,
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: "belfry"),
            logger: quiet)
        try await application.run()
    }
}
