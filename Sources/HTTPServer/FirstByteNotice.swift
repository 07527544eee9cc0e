import NIOCore

/// Tells the connection's guard that bytes have arrived, before they make up a request.
final class FirstByteNotice: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connectionGuard: ConnectionGuard

    init(_ connectionGuard: ConnectionGuard) {
        self.connectionGuard = connectionGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connectionGuard.receivedBytes()
        context.fireChannelRead(data)
    }
}
