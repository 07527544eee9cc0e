internal import CRabbitMQ
internal import CoreMetrics
internal import JobCore
internal import Logging
internal import Synchronization
internal import Threads

/// How a connection is doing, readable from anywhere.
public enum ConnectionState: Sendable, Equatable {
    case connecting(lastFailure: String?)
    case connected
    /// Connected, but the broker takes no messages (memory or disk alarm).
    case blocked(reason: String)
}

/// What a publisher's and a consumer's connection share: an owner thread, the state, the way back after a loss.
///
/// Only the actor on `executor` uses it, `state` excepted.
final class BrokerConnection: Sendable {
    let options: ConnectionOptions
    let executor: ThreadExecutor
    let parker: SocketParker
    let logger: Logger
    private let stateBox = Mutex<ConnectionState>(.connecting(lastFailure: nil))
    private let hasConnected = Atomic(false)
    private let reconnects: Counter

    /// `role` is `publish` or `consume`.
    init(options: ConnectionOptions, role: String, logger: Logger) {
        var options = options
        options.name += " \(role)"
        self.options = options
        parker = SocketParker()
        executor = ThreadExecutor(name: "amqp-\(role)", parker: parker)
        var logger = logger
        logger[metadataKey: "connection"] = "\(role)"
        self.logger = logger
        reconnects = Counter(label: "belfry_broker_reconnects_total", dimensions: [("connection", role)])
    }

    var state: ConnectionState { stateBox.withLock { $0 } }

    func set(_ state: ConnectionState) {
        stateBox.withLock { $0 = state }
    }

    /// Tries the next URL. Blocks the thread, which has nothing else to do.
    func connect(attempt: Int) throws(AMQPFailure) -> AMQPHandle {
        let url = options.urls[attempt % options.urls.count]
        do {
            let handle = try AMQPHandle.connect(url, options: options)
            parker.watch(amqp_get_sockfd(handle.raw), readable: true, writable: false)
            if hasConnected.exchange(true, ordering: .relaxed) { reconnects.increment() }
            logger.info("connected to the broker", metadata: ["broker": "\(url)"])
            return handle
        } catch {
            throw AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
        }
    }

    /// Stops watching a connection that is about to be closed.
    func disconnect(_ handle: borrowing AMQPHandle) {
        parker.forget(amqp_get_sockfd(handle.raw))
    }

    /// Notes a lost or refused connection, and waits before the next try.
    func waitAfter(_ failure: AMQPFailure, attempt: Int) async {
        set(.connecting(lastFailure: "\(failure)"))
        let milliseconds = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0..<1))
        logger.warning(
            "no connection to the broker, trying again",
            metadata: ["error": "\(failure)", "wait_ms": "\(milliseconds)"])
        // A cancelled wait ends at once; the caller's loop sees the cancellation itself.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// How long the loop may sleep: librabbitmq answers heartbeats only while it is called.
    var pumpIntervalMilliseconds: CInt { CInt(max(1, options.heartbeatSeconds)) * 400 }
}
