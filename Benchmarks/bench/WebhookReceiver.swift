import NIOCore
import NIOHTTP1

/// A connection from courierd, on which webhooks arrive.
final class WebhookReceiver: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: FastService
    private var uri = "/"
    private var body = ByteBuffer()

    init(service: FastService) {
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            uri = head.uri
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            if service.answerMilliseconds == 0 {
                answer(context)
            } else {
                let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
                context.eventLoop.scheduleTask(in: .milliseconds(service.answerMilliseconds)) {
                    let (receiver, context) = bound.value
                    receiver.answer(context)
                }
            }
            guard let callback = CallbackURL(inWebhook: body) else { return }
            service.received(callback, mark: Int64(uri.dropFirst()) ?? 0, on: context.eventLoop)
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
