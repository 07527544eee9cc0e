public import HTTPTypes
public import Hummingbird
import Logging
import NIOEmbedded
import Synchronization

/// Sends requests to a responder without a server or a connection.
///
///     let client = RouterClient(RouteResponder(console.router()))
///     let answer = try await client.execute(uri: "/jobs", method: .get, headers: headers)
///     #expect(answer.status == .ok)
public struct RouterClient<Responder: HTTPResponder>: Sendable
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    private let responder: Responder

    public init(_ responder: Responder) {
        self.responder = responder
    }

    /// Sends one request and collects its answer. `uri` is the path with the query. Throws what the responder throws.
    public func execute(
        uri: String, method: HTTPRequest.Method, headers: HTTPFields = [:], body: ByteBuffer? = nil
    ) async throws -> RouterAnswer {
        var headers = headers
        if let body { headers[.contentLength] = "\(body.readableBytes)" }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: uri, headerFields: headers),
            body: RequestBody(buffer: body ?? ByteBuffer()))
        let context = Responder.Context(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: context)
        let collected = Collected()
        try await response.body.write(collected)
        return RouterAnswer(status: response.status, headers: response.headers, body: collected.bytes.withLock { $0 })
    }

    private final class Collected: ResponseBodyWriter {
        let bytes = Mutex(ByteBuffer())

        func write(_ buffer: ByteBuffer) async throws {
            bytes.withLock { _ = $0.writeImmutableBuffer(buffer) }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
