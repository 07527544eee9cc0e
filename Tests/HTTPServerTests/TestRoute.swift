import HTTPServer
import HTTPTypes

/// A route that takes `POST /direct/…`, and answers by the last part of the path.
struct TestRoute: DirectRoute {
    /// The answers that wait for the test.
    let replies: AsyncStream<(reply: DirectReply, body: String)>
    /// An element for each request that was admitted.
    let admissions: AsyncStream<Void>
    private let found: AsyncStream<(reply: DirectReply, body: String)>.Continuation
    private let admitted: AsyncStream<Void>.Continuation

    var bodyBytesMax: Int { 100_000 }

    init() {
        (replies, found) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        (admissions, admitted) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    func takes(_ head: HTTPRequest) -> Bool {
        head.method == .post && head.path?.hasPrefix("/direct/") == true
    }

    /// `/direct/refused` is refused by its head.
    func admit(_ head: HTTPRequest) -> DirectVerdict<String> {
        let path = head.path ?? ""
        guard path != "/direct/refused" else { return .refused(WholeAnswer(status: .unauthorized)) }
        admitted.yield()
        return .admitted(path)
    }

    func refuse(_ path: String, for fault: BodyFault) -> WholeAnswer {
        switch fault {
        case .tooLarge: WholeAnswer(status: .contentTooLarge)
        case .incomplete: WholeAnswer(status: .badRequest, body: Array("incomplete".utf8))
        }
    }

    /// `/direct/now` is answered at once, `/direct/later` when the test replies.
    func answer(_ path: String, body: [UInt8], reply: DirectReply) -> WholeAnswer? {
        if path == "/direct/later" {
            found.yield((reply, String(decoding: body, as: UTF8.self)))
            return nil
        }
        return WholeAnswer(status: .ok, body: Array("now:".utf8) + body)
    }

    /// Waits until the route has a request that is answered later, and returns its reply.
    func nextReply() async -> (reply: DirectReply, body: String)? {
        for await next in replies { return next }
        return nil
    }
}
