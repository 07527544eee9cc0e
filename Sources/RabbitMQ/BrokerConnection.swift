import CoreMetrics
import JobCore
import Logging
import Synchronization
import Threads

/// What a `ConnectionOwner` has beside its handle: the thread it runs on, the state that others may read, the way back
/// after a loss.
///
/// Only the actor on `executor` uses it, `state` excepted.
final class BrokerConnection: Sendable {
    let options: ConnectionOptions
    let executor: ThreadExecutor
    let parker: SocketParker
    let logger: Logger
    private let stateBox = Mutex<ConnectionState>(.connecting(lastFailure: nil))
    /// Counts the connections, the present one included.
    private let epoch = Atomic<UInt64>(0)
    private let reconnects: Counter
    /// The publishes that the broker refused.
    let nacks: Counter

    /// `role` is `publish` or `consume`: a part of the thread's name, of the connection's, and of logs and metrics.
    init(options: ConnectionOptions, role: String, logger: Logger) {
        precondition(!options.urls.isEmpty, "a connection needs the URL of a broker")
        var options = options
        options.name += " \(role)"
        self.options = options
        parker = SocketParker()
        executor = ThreadExecutor(name: "amqp-\(role)", parker: parker)
        var logger = logger
        logger[metadataKey: "connection"] = "\(role)"
        self.logger = logger
        reconnects = Counter(label: "belfry_broker_reconnects_total", dimensions: [("connection", role)])
        nacks = Counter(label: "belfry_broker_nacks_total", dimensions: [("connection", role)])
    }

    var state: ConnectionState { stateBox.withLock { $0 } }

    func set(_ state: ConnectionState) {
        stateBox.withLock { $0 = state }
    }

    /// Connects to the next of the URLs and watches the socket. Blocks the thread, which has nothing else to do.
    func connect(attempt: Int) throws(AMQPFailure) -> AMQPHandle {
        let url = options.urls[attempt % options.urls.count]
        let connected = epoch.load(ordering: .relaxed)
        do {
            let handle = try AMQPHandle.connect(url, options: options, epoch: connected + 1)
            epoch.store(handle.epoch, ordering: .relaxed)
            parker.watch(handle.descriptor, readable: true, writable: false)
            if connected > 0 { reconnects.increment() }
            logger.info("connected to the broker", metadata: ["broker": "\(url)"])
            return handle
        } catch {
            throw AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
        }
    }

    /// Closes a connection, if there is one. The broker requeues what was not acknowledged on it.
    func disconnect(_ handle: inout AMQPHandle?, because reason: String) {
        // Before the descriptor is closed: the number may soon mean another socket.
        if let descriptor = handle?.descriptor { parker.forget(descriptor) }
        handle = nil
        set(.connecting(lastFailure: reason))
    }

    /// Waits before the next try: a random time, which grows with the number of tries that failed in a row.
    func waitToReconnect(after failure: AMQPFailure, attempt: Int) async {
        let backoff = Backoff(ceilingMilliseconds: 5_000)
        let milliseconds = backoff.milliseconds(attempt: attempt, fraction: .random(in: 0..<1))
        let hasConnected = epoch.load(ordering: .relaxed) > 0
        logger.warning(
            hasConnected ? "connection lost, reconnecting" : "can't connect to the broker, trying again",
            metadata: ["error": "\(failure.description(with: options.advice))", "wait_ms": "\(milliseconds)"])
        // A cancelled wait ends at once, and the loop sees the cancellation itself.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// The longest sleep of the loop: librabbitmq sends and checks heartbeats only while it is called.
    var passIntervalMilliseconds: CInt { CInt(max(1, options.heartbeatSeconds)) * 400 }
}
