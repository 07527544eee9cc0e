import Foundation
import JobCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A service that costs little, so that the benchmark measures Belfry: it answers each webhook, at once or after a
/// fixed time, and posts `success` over persistent connections, as many as the courier uses.
final class FastService: Sendable {
    private struct State {
        var arrivals: [Instant] = []
        var waiting: [CallbackURL] = []
        var idle: [NIOLoopBound<CallbackSender>] = []
        var connections = 0
        var acceptedCallbacks = 0
    }

    private let state = Mutex(State())
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private static let connections = 128
    fileprivate let answerMilliseconds: Int64

    private let address = Mutex<String>("")
    var url: String { address.withLock { $0 } }
    var arrivals: [Instant] { state.withLock { $0.arrivals } }
    /// How many callbacks were answered with 202.
    var acceptedCallbacks: Int { state.withLock { $0.acceptedCallbacks } }

    private init(answerMilliseconds: Int64) {
        self.answerMilliseconds = answerMilliseconds
    }

    static func start(answerMilliseconds: Int64 = 0) async throws -> FastService {
        let service = FastService(answerMilliseconds: answerMilliseconds)
        let channel = try await ServerBootstrap(group: service.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(WebhookReceiver(service: service))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        service.address.withLock { $0 = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
        return service
    }

    func stop() async {
        try? await group.shutdownGracefully()
    }

    /// Notes a webhook and calls back. Answer and callback use the same event loop.
    fileprivate func received(_ callback: CallbackURL, on loop: any EventLoop) {
        let now = SystemTime().now()
        state.withLock { $0.arrivals.append(now) }
        post(callback, on: loop)
    }

    /// Sends a callback on a free connection, or queues it until one is free.
    fileprivate func post(_ callback: CallbackURL, on loop: any EventLoop) {
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
                    try channel.pipeline.syncOperations.addHandler(CallbackSender(service: self))
                }
            }
            .connect(host: callback.host, port: callback.port)
            .whenFailure { _ in self.disconnected() }
    }

    fileprivate func disconnected() {
        state.withLock { $0.connections -= 1 }
    }

    /// Forgets a connection that was closed.
    fileprivate func forget(_ sender: CallbackSender) {
        state.withLock { state in
            state.idle.removeAll { $0.value === sender }
            state.connections -= 1
        }
    }

    /// Returns the next callback for a free connection. Returns nil if there is none, and keeps the connection as idle.
    fileprivate func next(for sender: NIOLoopBound<CallbackSender>) -> CallbackURL? {
        state.withLock { state in
            guard let callback = state.waiting.popLast() else {
                state.idle.append(sender)
                return nil
            }
            return callback
        }
    }

    fileprivate func accepted() {
        state.withLock { $0.acceptedCallbacks += 1 }
    }
}

/// The parts of a callback URL that a request needs.
private struct CallbackURL {
    var host: String
    var port: Int
    var path: String

    private static let name = Array("\"callback_url\":\"".utf8)

    /// Finds the field `callback_url` in the bytes of a webhook's body, in which slashes may be escaped.
    init?(inWebhook body: ByteBuffer) {
        let url = body.withUnsafeReadableBytes { bytes -> String? in
            let last = bytes.count - Self.name.count
            guard last >= 0, let start = (0...last).first(where: { bytes[$0...].starts(with: Self.name) }) else {
                return nil
            }
            let text = bytes[(start + Self.name.count)...].prefix { $0 != UInt8(ascii: "\"") }
            return String(decoding: text, as: UTF8.self)
        }
        let parts = url?.replacing("\\", with: "").split(separator: "/", maxSplits: 2) ?? []
        guard parts.count == 3, let colon = parts[1].lastIndex(of: ":"),
            let port = Int(parts[1][parts[1].index(after: colon)...])
        else { return nil }
        host = String(parts[1][..<colon])
        self.port = port
        path = "/\(parts[2])"
    }
}

/// A connection from courierd, on which webhooks arrive.
private final class WebhookReceiver: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: FastService
    private var body = ByteBuffer()

    init(service: FastService) {
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: body.clear()
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
            if let callback = CallbackURL(inWebhook: body) { service.received(callback, on: context.eventLoop) }
        }
    }
}

extension WebhookReceiver {
    fileprivate func answer(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// A persistent connection to the callback endpoint. It belongs to the service's only event loop.
private final class CallbackSender: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private static let body = ByteBuffer(string: #"{"status":"success","summary":"done"}"#)

    private let service: FastService
    private var context: ChannelHandlerContext?
    /// The callback that was sent and has no final answer yet.
    private var sent: CallbackURL?

    init(service: FastService) {
        self.service = service
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        sendNext(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        service.forget(self)
        if let sent { service.post(sent, on: context.eventLoop) }
    }

    func send(_ callback: CallbackURL) {
        guard let context else { return }
        sent = callback
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: callback.path,
            headers: [
                "host": callback.host, "content-type": "application/json",
                "content-length": "\(Self.body.readableBytes)",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(Self.body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            // After any other status, such as 503, the callback is sent again.
            guard head.status == .accepted else { return }
            sent = nil
            service.accepted()
        case .body: break
        case .end: if let again = sent { send(again) } else { sendNext(context) }
        }
    }

    private func sendNext(_ context: ChannelHandlerContext) {
        if let callback = service.next(for: NIOLoopBound(self, eventLoop: context.eventLoop)) { send(callback) }
    }
}
