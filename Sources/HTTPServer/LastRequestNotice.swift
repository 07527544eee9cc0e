import NIOCore
import NIOHTTP1

/// Tells the connection's guard that a request is the last one: its client wants the connection closed, or speaks
/// HTTP/1.0 (RFC 9112, section 9.3), or asks for another protocol. Belfry has no other protocol and answers in this one
/// (RFC 9110, section 7.8), but the parser reads nothing after such a request.
final class LastRequestNotice: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let connectionGuard: ConnectionGuard

    init(_ connectionGuard: ConnectionGuard) {
        self.connectionGuard = connectionGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), Self.isLast(head) { connectionGuard.markNextAsLast() }
        context.fireChannelRead(data)
    }

    private static func isLast(_ head: HTTPRequestHead) -> Bool {
        !head.isKeepAlive || head.version != .http1_1 || head.method == .CONNECT
            || head.headers.contains(name: "upgrade")
    }
}
