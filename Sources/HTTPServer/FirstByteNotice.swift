import NIOCore

/// Tells the connection's guard that bytes have arrived, before they make up a request, and drops those that come after
/// the last request: nothing behind it would take them, and they would gather in memory.
final class FirstByteNotice: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connectionGuard: ConnectionGuard

    init(_ connectionGuard: ConnectionGuard) {
        self.connectionGuard = connectionGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if connectionGuard.receiveBytes() { context.fireChannelRead(data) }
    }
}
