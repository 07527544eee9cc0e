import JobCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A service that costs little, so that the benchmark measures Belfry: it answers each webhook, at once or after a
/// fixed time, and posts `success`, or keeps the run open and posts heartbeats.
final class FastService: Sendable {
    private struct State {
        var arrivals: [Arrival] = []
        /// The runs that are kept open, in the order of their webhooks.
        var open: [CallbackURL] = []
        /// How many turns for a heartbeat have come since the beginning; see `startHeartbeats`.
        var turns = 0
    }

    let answerMilliseconds: Int64
    let callbacks: CallbackPool
    private let keepsRunsOpen: Bool
    private let state = Mutex(State())
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let address = Mutex<String>("")
    var url: String { address.withLock { $0 } }
    var arrivals: [Arrival] { state.withLock { $0.arrivals } }
    /// The number of webhooks that have arrived.
    var arrivalCount: Int { state.withLock { $0.arrivals.count } }
    /// How many callbacks were answered with 202.
    var acceptedCallbacks: Int { callbacks.acceptedCount }

    private init(answerMilliseconds: Int64, keepsRunsOpen: Bool) {
        self.answerMilliseconds = answerMilliseconds
        self.keepsRunsOpen = keepsRunsOpen
        callbacks = CallbackPool(timesAnswers: keepsRunsOpen)
    }

    static func start(answerMilliseconds: Int64 = 0, keepsRunsOpen: Bool = false) async throws -> FastService {
        let service = FastService(answerMilliseconds: answerMilliseconds, keepsRunsOpen: keepsRunsOpen)
        let channel = try await ServerBootstrap(group: service.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(WebhookReceiver(service: service))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        service.address.withLock { $0 = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
        return service
    }

    func stop() async {
        try? await group.shutdownGracefully()
    }

    /// Notes a webhook and calls back. Answer and callback use the same event loop.
    func received(_ callback: CallbackURL, mark: Int64, on loop: any EventLoop) {
        let now = SystemTime().now()
        state.withLock { state in
            state.arrivals.append(Arrival(at: now, mark: mark))
            if keepsRunsOpen { state.open.append(callback) }
        }
        if !keepsRunsOpen { callbacks.post(PostedCallback(url: callback), on: loop) }
    }

    /// From now on, posts a heartbeat for each run that is kept open once in every `periodMilliseconds`. There are
    /// `runs` turns in a period, one for each run, at equal distances. The turn of a run that has not arrived passes.
    func startHeartbeats(runs: Int, periodMilliseconds: Int64) -> RepeatedTask {
        let loop = group.next()
        let begun = NIODeadline.now()
        return loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
            let elapsed = Double((NIODeadline.now() - begun).nanoseconds) / 1e6
            let turns = Int(elapsed / Double(periodMilliseconds) * Double(runs))
            let due = self.state.withLock { state in
                defer { state.turns = turns }
                return (state.turns..<turns).map { $0 % runs }.filter { $0 < state.open.count }.map { state.open[$0] }
            }
            for url in due { self.callbacks.post(PostedCallback(url: url, isHeartbeat: true), on: loop) }
        }
    }
}
