import DequeModule
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The persistent connections on which a `FastService` posts its callbacks, as many as the courier uses.
final class CallbackPool: Sendable {
    private struct State {
        var waiting: Deque<PostedCallback> = []
        var idle: [NIOLoopBound<CallbackSender>] = []
        var connections = 0
        var acceptedCount = 0
        var answerMicroseconds: [Int64] = []
    }

    private let state = Mutex(State())
    private let timesAnswers: Bool
    private static let connections = 128

    /// `timesAnswers`: whether the time of each answer is kept.
    init(timesAnswers: Bool) {
        self.timesAnswers = timesAnswers
    }

    /// The number of callbacks that were answered with 202.
    var acceptedCount: Int { state.withLock { $0.acceptedCount } }

    /// Returns the time of each answer with 202 since the last call, in microseconds.
    func takeAnswerTimes() -> [Int64] {
        state.withLock { state in
            defer { state.answerMicroseconds = [] }
            return state.answerMicroseconds
        }
    }

    /// Sends a callback on a free connection, or queues it until one is free. Called on the service's only event loop.
    func post(_ callback: PostedCallback, on loop: any EventLoop) {
        let (sender, mayConnect) = state.withLock { state in
            if let idle = state.idle.popLast() { return (idle as NIOLoopBound<CallbackSender>?, false) }
            state.waiting.append(callback)
            guard state.connections < Self.connections else { return (nil, false) }
            state.connections += 1
            return (nil, true)
        }
        sender?.value.send(callback)
        guard mayConnect else { return }
        ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(CallbackSender(pool: self))
                }
            }
            .connect(host: callback.url.host, port: callback.url.port)
            .whenFailure { _ in self.disconnected() }
    }

    private func disconnected() {
        state.withLock { $0.connections -= 1 }
    }

    /// Forgets a connection that was closed.
    func forget(_ sender: CallbackSender) {
        state.withLock { state in
            state.idle.removeAll { $0.value === sender }
            state.connections -= 1
        }
    }

    /// Returns the next callback for a free connection. Returns nil if there is none, and keeps the connection as idle.
    func next(for sender: NIOLoopBound<CallbackSender>) -> PostedCallback? {
        state.withLock { state in
            guard let callback = state.waiting.popFirst() else {
                state.idle.append(sender)
                return nil
            }
            return callback
        }
    }

    /// Counts a callback that was answered with 202.
    func accepted(_ callback: PostedCallback) {
        state.withLock { state in
            state.acceptedCount += 1
            guard timesAnswers else { return }
            state.answerMicroseconds.append((NIODeadline.now() - callback.postedAt).nanoseconds / 1_000)
        }
    }
}
