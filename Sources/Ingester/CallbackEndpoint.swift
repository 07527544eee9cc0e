public import HTTPServer
public import Hummingbird
public import JobCore
public import Logging
public import Messaging
import OpenAPI
public import Signing
import StageKit
public import Store

/// Where services call back: `POST /callback/{token}`. It checks, publishes, and answers once the broker has it. `GET
/// /callback` answers with the name of this endpoint, by which it can be told from others behind the same address.
///
///     WebServer(address: address, logger: logger, direct: endpoint.direct, router: endpoint.router)
public struct CallbackEndpoint: Sendable {
    private let name = EndpointName(endpoint: String(UInt64.random(in: .min ... .max), radix: 16))
    private let logger: Logger
    private let checks: CallbackChecks
    private let publisher: CallbackPublisher
    private let count = CallbackAnswerCount()

    /// While a query and a publish take longer than `publishMaxMilliseconds`, callbacks are answered 503.
    public init(
        store: any CallbackStore, broker: any MessageBroker, keys: SigningKeys, time: any TimeSource, logger: Logger,
        publishMaxMilliseconds: Int64 = 900
    ) {
        self.logger = logger
        checks = CallbackChecks(keys: keys, time: time)
        publisher = CallbackPublisher(
            store: store, broker: broker, time: time, publishMaxMilliseconds: publishMaxMilliseconds)
    }

    /// Answers nearly all callbacks, at a fraction of what the router costs.
    public var direct: any DirectRoute {
        DirectCallbacks(checks: checks, publisher: publisher, errors: ErrorAnswers(logger: logger), count: count)
    }

    /// All routes and their document, with an id for each request and one shape for each error.
    public func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.add(middleware: AnswerCounter(count: count))
        // The token in the path is a secret.
        router.add(middleware: ErrorMiddleware(logger: logger, hidesPaths: true))
        APIDescription.serve({ CallbackDescription.document }, by: router)
        router.get("callback") { _, _ in try Response.json(.ok, name) }
        router.post("callback/{token}") { request, context in
            let token = try checks.token(context.parameters.get("token") ?? "")
            let body = try await request.jsonBody(bytesMax: Limits.callbackBytesMax, context)
            try await publisher.publish(checks.callback(token, body: body))
            return Response(status: .accepted)
        }
        return router
    }

    private struct EndpointName: Encodable {
        var endpoint: String
    }
}

/// Counts what the router answers.
private struct AnswerCounter: RouterMiddleware {
    let count: CallbackAnswerCount

    func handle(
        _ request: Request, context: PlainContext,
        next: @concurrent (Request, PlainContext) async throws -> Response
    ) async throws -> Response {
        let answer = try await next(request, context)
        count.add(answer.status.code)
        return answer
    }
}
