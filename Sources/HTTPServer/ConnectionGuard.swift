import HTTPTypes
import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Holds a connection to the limits of its server: time-outs, its place in the table of connections, and answers that
/// close it.
///
/// Add it behind the HTTP codec. It adds ``FirstByteNotice`` and ``LastRequestNotice`` before the codec by itself.
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
    /// When the connection is closed because its client sends nothing. Nil while a request is at work.
    private var readDeadline: NIODeadline?
    /// When the connection is closed because its client does not take an answer. Nil while there is none to take.
    private var answerDeadline: NIODeadline?
    /// Ends at a deadline or earlier, and then looks at the deadlines again: most of them move before they come.
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
        let pipeline = context.pipeline.syncOperations
        // This fails only for a channel that is closed already.
        try? pipeline.addHandler(FirstByteNotice(self), position: .first)
        if let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? pipeline.addHandler(LastRequestNotice(self), position: .before(codec))
        }
        wait()
    }

    private func forget() {
        timer?.cancel()
        timer = nil
        (readDeadline, answerDeadline) = (nil, nil)
        if let id { connections.remove(id) }
    }

    /// Bytes have arrived. False if they belong to no request, so that nobody need read them.
    func receiveBytes() -> Bool {
        guard !closesAfterAnswer, !requests.isOver else { return false }
        let before = requests.phase
        requests.receiveBytes()
        if requests.phase != before { wait() }
        return true
    }

    /// The next head is that of the last request.
    func markNextAsLast() {
        requests.markNextAsLast()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after an answer that closes the connection is not read.
        guard !closesAfterAnswer else { return }
        switch unwrapInboundIn(data) {
        case .head:
            requests.endHead()
            wait()
        case .body(let bytes):
            requests.receiveBody(bytes.readableBytes)
            if let id { connections.receive(bytes.readableBytes, of: id) }
        case .end:
            requests.endBody()
            wait()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            if !requests.isAnswering { answerDeadline = .now() + .seconds(limits.answerSecondsMax) }
            if requests.beginAnswer() {
                closesAfterAnswer = true
                head.headerFields[.connection] = "close"
            }
            startTimer()
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            written.futureResult.assumeIsolated().whenComplete { [self] _ in answered() }
            context.write(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }

    /// The client has taken an answer.
    private func answered() {
        let bytes = requests.endAnswer()
        if let id { connections.release(bytes, of: id) }
        answerDeadline = requests.isAnswering ? .now() + .seconds(limits.answerSecondsMax) : nil
        if closesAfterAnswer, !requests.isAnswering { return linger() }
        wait()
    }

    /// Closes the connection in a way that lets the client read the answer first: bytes that arrive at a closed
    /// connection reset it, and the client's system then drops what it has not read yet.
    private func linger() {
        channel?.close(mode: .output, promise: nil)
        if let id { connections.wait(id) }
        readDeadline = .now() + .seconds(Self.lingerSeconds)
        startTimer()
    }

    /// The connection waits for what comes next: from its client, or from a request at work.
    private func wait() {
        let seconds: Int64? =
            switch requests.phase {
            case .idle: limits.idleSecondsMax
            case .head: limits.headSecondsMax
            case .body: limits.bodySecondsMax
            case .work: nil
            }
        readDeadline = seconds.map { .now() + .seconds($0) }
        if let id { seconds == nil ? connections.work(id) : connections.wait(id) }
        startTimer()
    }

    private var deadline: NIODeadline? {
        guard let readDeadline, let answerDeadline else { return readDeadline ?? answerDeadline }
        return min(readDeadline, answerDeadline)
    }

    private func startTimer() {
        guard let deadline, timer == nil || deadline < timerEnd else { return }
        timer?.cancel()
        timerEnd = deadline
        timer = channel?.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.timerEnded()
        }
    }

    private func timerEnded() {
        timer = nil
        guard let deadline else { return }
        if deadline <= .now() { channel?.close(promise: nil) } else { startTimer() }
    }
}
