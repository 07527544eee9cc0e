import HTTPClient
import Hummingbird
import JSON
import Logging
import ServiceLifecycle
import Synchronization

/// A server that gives one prepared answer after the other, the last one for ever, and keeps the requests.
final class ScriptedServer: Sendable {
    struct Answer: Sendable {
        var status: Int
        var body: String
    }

    struct Received: Sendable {
        /// The header `Authorization`.
        var authorization: String
        /// The action without the name of the service, such as `ReceiveMessage`.
        var action: String
        var body: JSONValue
    }

    private let state: Mutex<(answers: [Answer], requests: [Received])>
    private let port = Mutex(0)

    var url: String { "http://127.0.0.1:\(port.withLock { $0 })" }
    /// The requests so far.
    var requests: [Received] { state.withLock { $0.requests } }

    private init(_ answers: [Answer]) {
        state = Mutex((answers, []))
    }

    /// Runs `body` with a server on an unused port.
    static func with(_ answers: [Answer], _ body: (ScriptedServer) async throws -> Void) async throws {
        let server = ScriptedServer(answers)
        let router = Router()
        router.post("/") { request, _ in try await server.take(request) }
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) })
        // Ends in order: a server that is cancelled while it accepts a connection ends the process (NIOAsyncWriter).
        let services = ServiceGroup(services: [application], logger: Logger(label: "scripted"))
        try await withThrowingTaskGroup { group in
            group.addTask { try? await services.run() }
            for await port in ports {
                server.port.withLock { $0 = port }
                break
            }
            do {
                try await body(server)
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
            await services.triggerGracefulShutdown()
        }
    }

    private func take(_ request: Request) async throws -> Response {
        func header(_ name: String) -> String {
            request.headers.first { $0.name.canonicalName == name }?.value ?? ""
        }
        let body = try await request.body.collect(upTo: 1_024 * 1_024)
        let received = Received(
            authorization: header("authorization"), action: String(header("x-amz-target").trimmingPrefix("AmazonSQS.")),
            body: try JSONValue(parsing: Array(body.readableBytesView)))
        let answer = state.withLock { state in
            state.requests.append(received)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }
        return Response(
            status: .init(code: answer.status), body: .init(byteBuffer: ByteBuffer(string: answer.body)))
    }
}
