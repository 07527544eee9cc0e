import Foundation
import HTTPClient
import HTTPServer
import Hummingbird
import JSON
import JobCore

/// A mock of a service that takes webhooks and calls back; see ``MockCommand``.
struct MockService: Sendable {
    private let web = CurlClient(
        name: "mock", addressGuard: nil, maxConnectionsPerHost: 64, userAgent: "belfry-mock",
        secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })

    func runClient() async { await web.run() }
    func stop() async { await web.stop() }

    @Sendable func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.post("succeed") { request, _ in try await take(request, end: "success") }
        router.post("fail") { request, _ in try await take(request, end: "fail") }
        router.post("silent") { request, _ in try await take(request, end: nil) }
        router.post("status/{code}") { request, context in
            guard let code = context.parameters.get("code", as: Int.self), 200...599 ~= code else {
                return Response(status: .badRequest)
            }
            _ = try await note(request)
            return Response(
                status: .init(code: code), body: .init(byteBuffer: ByteBuffer(string: "status \(code) as requested\n")))
        }
        return router
    }

    private func take(_ request: Request, end: String?) async throws -> Response {
        guard let heartbeats = number("heartbeats", of: request, otherwise: 2, max: 10_000),
            let every = number("every_ms", of: request, otherwise: 500, max: 3_600_000),
            let callbackURL = try await note(request)
        else { return Response(status: .badRequest) }
        if let end {
            // Unstructured, because the run continues after the webhook is answered, as in a real service.
            Task { await play(callbackURL, heartbeats: heartbeats, everyMilliseconds: every, end: end) }
        }
        return Response(status: .ok)
    }

    /// A query parameter from 0 to `max`; nil if it has another value.
    private func number(_ name: String, of request: Request, otherwise: Int, max: Int) -> Int? {
        guard let text = request.uri.queryParameters.get(name) else { return otherwise }
        return Int(text).flatMap { 0...max ~= $0 ? $0 : nil }
    }

    private func play(_ callbackURL: String, heartbeats: Int, everyMilliseconds: Int, end: String) async {
        for beat in 0..<heartbeats {
            try? await Task.sleep(for: .milliseconds(everyMilliseconds))
            let progress = Int64((beat + 1) * 100 / (heartbeats + 1))
            await call(callbackURL, ["status": .string("processing"), "progress": .integer(progress)])
        }
        try? await Task.sleep(for: .milliseconds(everyMilliseconds))
        await call(
            callbackURL,
            end == "success"
                ? ["status": .string("success"), "summary": .string("done"), "state": .string("{\"runs\":1}")]
                : ["status": .string("fail"), "error": .string("the target asked for a failure")])
    }

    /// Sends a callback until the answer is final, which is any answer but 503.
    private func call(_ url: String, _ body: [String: JSONValue]) async {
        for attempt in 0..<30 {
            let outcome = await web.send(
                ClientRequest(
                    url: url, headers: [.init(name: "Content-Type", value: "application/json")],
                    body: Array(JSONValue.object(body).text.utf8), timeoutMilliseconds: 5_000))
            var status: Int64 = 0
            if case .response(let response) = outcome { status = Int64(response.status) }
            line(["event": .string("callback"), "status": body["status"] ?? .null, "answer": .integer(status)])
            if status != 0, status != 503 { return }
            try? await Task.sleep(for: .milliseconds(100 << min(attempt, 4)))
        }
    }

    /// Prints the webhook and returns its callback URL.
    private func note(_ request: Request) async throws -> String? {
        let body = Array(try await request.body.collect(upTo: 2 * 1_024 * 1_024).readableBytesView)
        guard let value = try? JSONValue.parse(body), case .object(let fields) = value else { return nil }
        line([
            "event": .string("webhook"), "execution_id": fields["execution_id"] ?? .null,
            "job": fields["job_name"] ?? .null, "attempt": fields["attempt"] ?? .null,
            "latency_ms": fields["invocation_latency_ms"] ?? .null,
            "at_ms": .integer(SystemTime().now().millisecondsSinceEpoch),
        ])
        guard case .string(let url)? = fields["callback_url"] else { return nil }
        return url
    }

    private func line(_ fields: [String: JSONValue]) {
        Output.line(JSONValue.object(fields).text)
    }
}
