import BrokerAccess
import Courier
import HTTPClient
import JSON
import JobCore
import Logging
import Messaging
import RabbitMQ
import ServiceLifecycle

/// Warns once if there are several callback endpoints, and `BELFRY_CALLBACK_BASE_URL` leads to one of them only.
struct CallbackURLCheck: Service {
    /// Endpoints that are started with this process are seen in its first minute.
    private static let firstWaits = Array(repeating: Int64(5_000), count: 12)
    private static let waitMilliseconds: Int64 = 60_000
    private static let answerMilliseconds = 2_000

    private let baseURL: String
    private let queues: any QueueInspector
    private let time = SystemTime()
    private let logger: Logger

    /// `baseURL` has no slash at its end.
    init(baseURL: String, broker: BrokerSettings, logger: Logger) {
        self.baseURL = baseURL
        queues = RabbitQueueInspector(broker)
        self.logger = logger
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var waits = Self.firstWaits[...]
            var judged = 0
            while true {
                try await time.sleep(milliseconds: waits.popFirst() ?? Self.waitMilliseconds)
                guard let count = await endpointCount(), count != judged else { continue }
                judged = count
                if await warns(count) { return }
            }
        }
    }

    /// The endpoints that are alive; nil if the broker gives no answer.
    private func endpointCount() async -> Int? {
        guard let depths = try? await queues.depths(of: [WorkQueue.ingesterCallbacks.rawValue]) else { return nil }
        return depths.first??.consumers
    }

    /// Warns if there is a reason. Answers whether it has.
    private func warns(_ endpointCount: Int) async -> Bool {
        guard endpointCount > 1 else { return false }
        let spread = EndpointSpread(endpointCount: endpointCount, names: await names())
        guard spread.isOneOfSeveral else { return false }
        logger.warning(
            """
            BELFRY_CALLBACK_BASE_URL leads to one of several callback endpoints: give the URL of a load balancer \
            before all of them
            """, metadata: ["callback_base_url": "\(baseURL)", "endpoints": "\(endpointCount)"])
        return true
    }

    /// The names of the endpoints that answer.
    private func names() async -> [String] {
        var names: [String] = []
        for _ in 0..<EndpointSpread.requestCount {
            guard let name = await name() else { break }
            names.append(name)
        }
        return names
    }

    /// The name of the endpoint that answers to a new connection, since a balancer may divide connections.
    private func name() async -> String? {
        let request = ClientRequest(
            method: "GET", url: "\(baseURL)/callback", headers: [], body: [],
            timeoutMilliseconds: Self.answerMilliseconds, responseBodyBytesMax: 1_024)
        let outcome = await CurlClient.once(
            request, userAgent: "Belfry/1", secondsSinceEpoch: { [time] in time.now().secondsSinceEpoch })
        guard case .response(let response) = outcome, response.status == 200,
            case .object(let fields)? = try? JSONValue(parsing: response.body),
            case .string(let name)? = fields["endpoint"]
        else { return nil }
        return name
    }
}
