import Foundation
import HTTPClient
import Hummingbird
public import JSON
import Synchronization

/// A service for tests that keeps every webhook, independently of Belfry, and calls back.
///
/// The path of the webhook decides how it reacts: `/succeed`, `/fail`, `/silent` (no callback), `/status/CODE`,
/// `/echo/CODE` (the answer is the webhook), or `/recover` (status 503 for the first webhook of an execution, then as
/// `/succeed`). The query parameters `heartbeats=N` and `every_ms=N` set the number of heartbeats and the time between
/// two callbacks, and `answer_ms=N` the time until the answer.
public final class LedgerService: Sendable {
    /// A webhook as it arrived.
    public struct Webhook: Sendable {
        public var job: String
        public var executionID: String
        public var path: String
        public var headers: [String: String]
        public var bytes: [UInt8]
        public var body: JSONValue
    }

    private struct State {
        var webhooks: [Webhook] = []
        /// The final callback of each execution, with Belfry's final answer.
        var finished: [String: (status: String, answer: Int)] = [:]
        /// The webhooks that have no answer yet, and the most that there were.
        var unanswered = 0
        var mostUnanswered = 0
    }

    private let state = Mutex(State())
    private let port = Mutex(0)
    private let web: CurlClient
    private let tasks: Mutex<[Task<Void, Never>]>

    /// The URL of the service, without a path.
    public var url: String { "http://127.0.0.1:\(port.withLock { $0 })" }
    /// All webhooks so far, in order of arrival.
    public var webhooks: [Webhook] { state.withLock { $0.webhooks } }
    /// The status of the final callback and the callback endpoint's answer to it, by execution.
    public var finished: [String: (status: String, answer: Int)] { state.withLock { $0.finished } }

    /// The most webhooks that waited for their answers at the same time, during this time.
    public func mostAtOnce(for duration: Duration) async throws -> Int {
        state.withLock { $0.mostUnanswered = $0.unanswered }
        try await Task.sleep(for: duration)
        return state.withLock { $0.mostUnanswered }
    }

    private init() {
        let web = CurlClient(
            name: "test-service", addressGuard: nil, maxConnectionsPerHost: 64, userAgent: "test-service",
            secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
        self.web = web
        tasks = Mutex([Task { await web.run() }])
    }

    /// Starts the service on an unused port.
    public static func start() async throws -> LedgerService {
        let service = LedgerService()
        let router = Router()
        router.post("**") { request, _ in try await service.take(request) }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in
                    service.port.withLock { $0 = channel.localAddress?.port ?? 0 }
                    continuation.resume()
                })
            // It runs until the test process ends.
            let task = Task { _ = try? await application.run() }
            service.tasks.withLock { $0.append(task) }
        }
        return service
    }

    /// Waits until `count` webhooks of a job have arrived, and returns all of them.
    public func webhooks(of job: String, count: Int = 1) async throws -> [Webhook] {
        try await until("\(count) webhooks of \(job)") {
            let found = webhooks.filter { $0.job == job }
            return found.count >= count ? found : nil
        }
    }

    private func take(_ request: Request) async throws -> Response {
        let bytes = Array(try await request.body.collect(upTo: 4 * 1_024 * 1_024).readableBytesView)
        guard let body = try? JSONValue(parsing: bytes), let job = body["job_name"]?.string,
            let execution = body["execution_id"]?.string
        else { return Response(status: .badRequest) }
        let webhook = Webhook(
            job: job, executionID: execution, path: request.uri.path,
            headers: Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { $1 }, bytes: bytes,
            body: body)
        let repeated = note(webhook)
        if let milliseconds = request.uri.queryParameters.get("answer_ms", as: Int.self) {
            try await delay(milliseconds)
        }
        let parts = request.uri.path.split(separator: "/")
        let every = request.uri.queryParameters.get("every_ms", as: Int.self) ?? 100
        let beats = request.uri.queryParameters.get("heartbeats", as: Int.self) ?? 0
        let status = HTTPResponse.Status(code: parts.last.flatMap { Int($0) } ?? 500)
        switch parts.first {
        case "status": return Response(status: status)
        case "echo":
            let headers = webhook.headers.map { "\($0.key): \($0.value)\n" }.joined()
            return Response(status: status, body: .init(byteBuffer: ByteBuffer(bytes: bytes + Array(headers.utf8))))
        case "silent": return Response(status: .ok)
        case "recover" where !repeated: return Response(status: .serviceUnavailable)
        default:
            let end = parts.first == "fail" ? "fail" : "success"
            // A repeated webhook is ignored, as Belfry asks of services.
            if !repeated || parts.first == "recover" {
                let task = Task { await self.play(webhook, beats: beats, everyMilliseconds: every, end: end) }
                tasks.withLock { $0.append(task) }
            }
            return Response(status: .ok)
        }
    }

    private func delay(_ milliseconds: Int) async throws {
        state.withLock {
            $0.unanswered += 1
            $0.mostUnanswered = max($0.mostUnanswered, $0.unanswered)
        }
        defer { state.withLock { $0.unanswered -= 1 } }
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// Keeps a webhook. Returns true if its execution had one before.
    private func note(_ webhook: Webhook) -> Bool {
        state.withLock { state in
            defer { state.webhooks.append(webhook) }
            return state.webhooks.contains { $0.executionID == webhook.executionID }
        }
    }

    private func play(_ webhook: Webhook, beats: Int, everyMilliseconds: Int, end: String) async {
        guard let url = webhook.body["callback_url"]?.string else { return }
        for beat in 0..<beats {
            try? await Task.sleep(for: .milliseconds(everyMilliseconds))
            await call(url, #"{"status":"processing","progress":\#((beat + 1) * 100 / (beats + 1))}"#)
        }
        try? await Task.sleep(for: .milliseconds(everyMilliseconds))
        let body =
            end == "success"
            ? #"{"status":"success","summary":"done","correlation_id":"c-1","#
                + #""state":"state of \#(webhook.executionID)"}"#
            : #"{"status":"fail","error":{"code":7},"summary":"went wrong"}"#
        let answer = await call(url, body)
        state.withLock { $0.finished[webhook.executionID] = (end, answer) }
    }

    /// Sends a callback until the answer is not 503, and returns the status; 0 if there never was an answer.
    @discardableResult
    private func call(_ url: String, _ body: String) async -> Int {
        for _ in 0..<600 {
            let outcome = await web.send(
                ClientRequest(
                    url: url, headers: [.init(name: "Content-Type", value: "application/json")], body: Array(body.utf8),
                    timeoutMilliseconds: 5_000))
            if case .response(let response) = outcome, response.status != 503 { return response.status }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return 0
    }
}
