import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Holds a connection to the limits of its server: time-outs, and an early answer that closes it.
///
/// Add it behind the HTTP codec. It adds ``FirstByteNotice`` to the beginning of the pipeline by itself.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client gets to read an answer that closes the connection before it sees the connection reset.
    private static let lingerSeconds: Int64 = 1

    private let connections: Connections
    private var limits: ConnectionLimits { connections.limits }
    /// Nil before the connection is open.
    private var channel: (any Channel)?
    private var id: ConnectionTable.ID?
    private var requests = RequestCount()
    /// When the connection is closed. Nil while a request is at work.
    private var deadline: NIODeadline?
    /// Ends at the deadline or earlier, and then looks at the deadline again: most deadlines move before they come.
    private var timer: Scheduled<Void>?
    private var timerEnd = NIODeadline.distantFuture
    private var closesAfterAnswer = false

    init(_ connections: Connections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { open(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        open(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        forget()
    }

    private func open(_ context: ChannelHandlerContext) {
        guard channel == nil else { return }
        channel = context.channel
        id = connections.open(context.channel)
        // This fails only for a channel that is closed already.
        try? context.pipeline.syncOperations.addHandler(FirstByteNotice(self), position: .first)
        wait(seconds: limits.idleSecondsMax)
    }

    private func forget() {
        timer?.cancel()
        timer = nil
        deadline = nil
        if let id { connections.remove(id) }
    }

    /// Bytes have arrived. While no request is at work or being read, they begin one.
    func receivedBytes() {
        guard requests.beginHead() else { return }
        wait(seconds: limits.headSecondsMax)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after an answer that closes the connection is not read.
        guard !closesAfterAnswer else { return }
        switch unwrapInboundIn(data) {
        case .head:
            requests.endHead()
            wait(seconds: limits.bodySecondsMax)
        case .body(let bytes):
            if let id { connections.receive(bytes.readableBytes, of: id) }
        case .end:
            requests.endBody()
            deadline = nil
            if let id { connections.work(id) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if requests.isAnswerEarly {
                closesAfterAnswer = true
                head.headerFields[.connection] = "close"
            }
            setDeadline(seconds: limits.answerSecondsMax)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenComplete { [self] _ in answered() }
            context.write(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }

    /// The client has taken the answer.
    private func answered() {
        requests.endAnswer()
        if let id { connections.release(id) }
        guard !closesAfterAnswer else { return linger() }
        switch requests.phase {
        case .work: deadline = nil
        case .body: wait(seconds: limits.bodySecondsMax)
        case .head: wait(seconds: limits.headSecondsMax)
        case .idle: wait(seconds: limits.idleSecondsMax)
        }
    }

    /// Closes the connection in a way that lets the client read the answer first: bytes that arrive at a closed
    /// connection reset it, and the client's system then drops what it has not read yet.
    private func linger() {
        channel?.close(mode: .output, promise: nil)
        wait(seconds: Self.lingerSeconds)
    }

    /// The connection waits for its client.
    private func wait(seconds: Int64) {
        if let id { connections.wait(id) }
        setDeadline(seconds: seconds)
    }

    private func setDeadline(seconds: Int64) {
        let deadline = NIODeadline.now() + .seconds(seconds)
        self.deadline = deadline
        if timer == nil || deadline < timerEnd { startTimer(deadline) }
    }

    private func startTimer(_ end: NIODeadline) {
        timer?.cancel()
        timerEnd = end
        timer = channel?.eventLoop.assumeIsolated().scheduleTask(deadline: end) { [weak self] in self?.timerEnded() }
    }

    private func timerEnded() {
        timer = nil
        guard let deadline else { return }
        if deadline <= .now() { channel?.close(promise: nil) } else { startTimer(deadline) }
    }
}
