import Commands
import HTTPServer
import Hummingbird
import JSON

/// A mock of a service that takes webhooks and calls back; see ``MockCommand``.
struct MockService: Sendable {
    let player: MockPlayer
    let behaviour: MockBehaviour
    /// The status that every webhook is answered with; nil to accept webhooks.
    let refusal: Int?

    @Sendable func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.post("succeed") { request, _ in try await take(request, outcome: .success) }
        router.post("fail") { request, _ in try await take(request, outcome: .fail) }
        router.post("silent") { request, _ in try await take(request, outcome: .silent) }
        router.post("status/{code}") { request, context in
            guard let code = context.parameters.get("code", as: Int.self), 200...599 ~= code else {
                return Response(status: .badRequest)
            }
            _ = try await note(request)
            return Self.answer(code)
        }
        router.post("/") { request, _ in try await take(request, outcome: nil) }
        router.post("**") { request, _ in try await take(request, outcome: nil) }
        return router
    }

    /// `outcome`: what the path asks for, if it does.
    private func take(_ request: Request, outcome: MockBehaviour.Outcome?) async throws -> Response {
        var behaviour = behaviour
        behaviour.outcome = outcome ?? behaviour.outcome
        guard let heartbeats = number("heartbeats", of: request, otherwise: behaviour.heartbeats, max: 10_000),
            let every = number(
                "every_ms", of: request, otherwise: Int(behaviour.everyMilliseconds), max: 3_600_000),
            let invocation = try await note(request), !invocation.callbackURL.isEmpty
        else { return Response(status: .badRequest) }
        if let refusal { return Self.answer(refusal) }
        (behaviour.heartbeats, behaviour.everyMilliseconds) = (heartbeats, Int64(every))
        await player.begin(invocation, behaviour)
        return Response(status: .ok)
    }

    private static func answer(_ code: Int) -> Response {
        Response(
            status: .init(code: code), body: .init(byteBuffer: ByteBuffer(string: "status \(code) as requested\n")))
    }

    /// A query parameter from 0 to `max`; nil if it has another value.
    private func number(_ name: String, of request: Request, otherwise: Int, max: Int) -> Int? {
        guard let text = request.uri.queryParameters.get(name) else { return otherwise }
        return Int(text).flatMap { 0...max ~= $0 ? $0 : nil }
    }

    /// Prints the webhook and returns it.
    private func note(_ request: Request) async throws -> MockInvocation? {
        let body = Array(try await request.body.collect(upTo: 2 * 1_024 * 1_024).readableBytesView)
        let headers = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first }
        guard let invocation = MockInvocation(body: body, headers: headers) else { return nil }
        player.note(invocation, event: "webhook")
        return invocation
    }
}
