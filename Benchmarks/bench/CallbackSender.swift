import NIOCore
import NIOHTTP1

/// A persistent connection to the callback endpoint. It belongs to the service's only event loop.
final class CallbackSender: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let pool: CallbackPool
    private var context: ChannelHandlerContext?
    /// The callback that was sent and has no final answer yet.
    private var sent: PostedCallback?

    init(pool: CallbackPool) {
        self.pool = pool
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        sendNext(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        pool.forget(self)
        if let sent { pool.post(sent, on: context.eventLoop) }
    }

    func send(_ callback: PostedCallback) {
        guard let context else { return }
        sent = callback
        let body = callback.body
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: callback.url.path,
            headers: [
                "host": callback.url.host, "content-type": "application/json",
                "content-length": "\(body.readableBytes)",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // After any other status, such as 503, the callback is sent again.
            guard head.status == .accepted, let callback = sent else { return }
            sent = nil
            pool.accepted(callback)
        case .body: break
        case .end: if let again = sent { send(again) } else { sendNext(context) }
        }
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        if let callback = pool.next(for: NIOLoopBound(self, eventLoop: context.eventLoop)) { send(callback) }
    }
}
