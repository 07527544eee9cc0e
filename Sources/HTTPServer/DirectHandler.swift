import DequeModule
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers the requests of a ``DirectRoute``, and passes all others on to the router.
///
/// Add it behind ``ConnectionGuard``. Requests may be pipelined: what comes behind a request that the route has not
/// answered is held back until it has, and a request of the route waits for the answers of the router before it. Thus
/// all answers come in order. While something is held back, nothing more is read.
final class DirectHandler<Route: DirectRoute>: ChannelDuplexHandler, RemovableChannelHandler, ReplyReceiver {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// The next head decides who answers its request.
        case idle
        /// The rest of a request goes on to the router.
        case passing
        /// The body of an admitted request arrives.
        case reading(Route.Admitted)
        /// The answer waits for the end of the request or, so that no client need send a body in vain, of what has
        /// arrived.
        case refusing(WholeAnswer)
        /// The route has a request.
        case working
        /// An answer came before the end of its request, so the guard closes the connection.
        case closing
        /// The connection is broken. The router ends it.
        case broken
    }

    /// What a connection brings, in order.
    private enum Event {
        case part(HTTPRequestPart)
        case error(any Error)
        case inputClosed
    }

    private let route: Route
    private let outbox: AnswerOutbox
    private let fields: AnswerFields
    private var context: ChannelHandlerContext?
    private var receiver: NIOLoopBound<any ReplyReceiver>?
    private var state = State.idle
    private var body: [UInt8] = []
    /// The number of the route's latest request.
    private var number = 0
    /// The requests that the router has not answered yet.
    private var passed = 0
    private var held: Deque<Event> = []
    private var isReadHeld = false
    private var isReplaying = false
    /// The server shuts down, and the router is not told yet.
    private var isQuiescing = false

    init(_ route: Route, _ outbox: AnswerOutbox, _ fields: AnswerFields) {
        self.route = route
        self.outbox = outbox
        self.fields = fields
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        receiver = NIOLoopBound<any ReplyReceiver>(self, eventLoop: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close()
        self.context = nil
        receiver = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    /// The route may still be at work. Its answer then finds another state.
    private func close() {
        state = .closing
        body = []
        held = []
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(.part(unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        take(.error(error), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: take(.inputClosed, context)
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            quiesceIfIdle()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        refuseEarly(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { isReadHeld = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data), passed > 0 else { return context.write(data, promise: promise) }
        passed -= 1
        context.write(data, promise: noticing(promise, context))
        if passed == 0 { replay(context) }
    }

    func receive(_ answer: WholeAnswer, to number: Int) {
        guard case .working = state, number == self.number, let context else { return }
        state = .idle
        write(answer, context)
        replay(context)
    }

    private func take(_ event: Event, _ context: ChannelHandlerContext) {
        guard held.isEmpty, handle(event, context) else { return held.append(event) }
    }

    /// False if this must wait for an answer.
    private func handle(_ event: Event, _ context: ChannelHandlerContext) -> Bool {
        if case .working = state { return false }
        switch event {
        case .part(let part): return handle(part, context)
        case .error(let error):
            guard !breakOff(error, context) else { return true }
            state = .broken
            context.fireErrorCaught(error)
        case .inputClosed:
            _ = breakOff(ChannelError.inputClosed, context)
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
        return true
    }

    private func handle(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) -> Bool {
        switch (part, state) {
        case (.head(let head), .idle) where route.takes(head):
            guard passed == 0 else { return false }
            switch route.admit(head) {
            case .admitted(let admitted): state = .reading(admitted)
            case .refused(let answer): state = .refusing(answer)
            }
        case (.body(let bytes), .reading(let admitted)):
            if body.count + bytes.readableBytes <= route.bodyBytesMax {
                body.append(contentsOf: bytes.readableBytesView)
            } else {
                body = []
                state = .refusing(route.refuse(admitted, for: .tooLarge))
            }
        case (.end, .reading(let admitted)): answer(admitted, context)
        case (.end, .refusing(let answer)):
            state = .idle
            write(answer, context)
        case (_, .refusing), (_, .closing): break
        default: pass(part, context)
        }
        return true
    }

    private func pass(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (part, state) {
        case (.head, .idle):
            state = .passing
            passed += 1
        case (.end, .passing): state = .idle
        default: break
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func answer(_ admitted: Route.Admitted, _ context: ChannelHandlerContext) {
        guard let receiver else { return }
        let whole = body
        body = []
        state = .working
        number += 1
        let reply = DirectReply(outbox: outbox, handler: receiver, number: number)
        if let answer = route.answer(admitted, body: whole, reply: reply) {
            state = .idle
            write(answer, context)
        }
    }

    /// Ends a request of the route whose rest does not arrive. Returns whether there is one.
    private func breakOff(_ error: any Error, _ context: ChannelHandlerContext) -> Bool {
        switch state {
        case .reading(let admitted): state = .refusing(route.refuse(admitted, for: .incomplete(error)))
        case .refusing: break
        case .closing: return true
        default: return false
        }
        refuseEarly(context)
        return true
    }

    private func refuseEarly(_ context: ChannelHandlerContext) {
        guard case .refusing(let answer) = state, held.isEmpty else { return }
        state = .closing
        write(answer, context)
    }

    private func write(_ answer: WholeAnswer, _ context: ChannelHandlerContext) {
        var head = HTTPResponse(status: answer.status, headerFields: answer.headers)
        head.headerFields[.contentLength] = "\(answer.body.count)"
        fields.add(to: &head.headerFields)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !answer.body.isEmpty {
            context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: answer.body))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: noticing(nil, context))
    }

    /// Handles what was held back, up to a request that must wait itself.
    private func replay(_ context: ChannelHandlerContext) {
        guard !isReplaying, !held.isEmpty else { return }
        isReplaying = true
        while let event = held.popFirst() {
            guard handle(event, context) else {
                held.prepend(event)
                break
            }
        }
        isReplaying = false
        refuseEarly(context)
        context.fireChannelReadComplete()
        if held.isEmpty, isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    /// At shutdown the router closes a connection that has no request, which it must not do before the last answer is
    /// written.
    private func noticing(
        _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) -> EventLoopPromise<Void>? {
        guard isQuiescing else { return promise }
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { [self] _ in quiesceIfIdle() }
        return written
    }

    private func quiesceIfIdle() {
        guard isQuiescing, passed == 0, held.isEmpty, let context else { return }
        switch state {
        case .idle, .broken:
            isQuiescing = false
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        case .passing, .reading, .refusing, .working, .closing: break
        }
    }
}

extension DirectRoute {
    /// The handler of a new connection.
    func makeHandler(_ outbox: AnswerOutbox, _ fields: AnswerFields) -> any RemovableChannelHandler {
        DirectHandler(self, outbox, fields)
    }
}
