import CoreMetrics
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
public struct CallbackEndpoint: Sendable {
    private let name = EndpointName(endpoint: String(UInt64.random(in: .min ... .max), radix: 16))
    private let keys: SigningKeys
    private let time: any TimeSource
    private let logger: Logger
    private let publisher: Coalescer<CheckedCallback, CallbackVerdict>

    public init(
        store: any CallbackStore, broker: any MessageBroker, keys: SigningKeys, time: any TimeSource, logger: Logger
    ) {
        self.keys = keys
        self.time = time
        self.logger = logger
        // Callbacks come in bursts: those that arrive while a batch is published share the next query and publish.
        publisher = Coalescer(limit: 500) { callbacks in
            do {
                let statuses = try await store.statuses(of: callbacks.map(\.token.executionID))
                let verdicts = callbacks.map {
                    CallbackVerdict.decide($0.token, status: statuses[$0.token.executionID], now: $0.receivedAt)
                }
                let taken = zip(callbacks, verdicts).filter { $1 == .take }.map { $0.0.message }
                try await broker.publish(ReportBatch.joined(taken))
                return verdicts.map { .success($0) }
            } catch {
                return callbacks.map { _ in .failure(error) }
            }
        }
    }

    /// The route and its document, with an id for each request and one shape for each error.
    public func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.add(middleware: AnswerCounter())
        // The token in the path is a secret.
        router.add(middleware: ErrorMiddleware(logger: logger, hidesPaths: true))
        APIDescription.serve({ CallbackDescription.document }, by: router)
        router.get("callback") { _, _ in try Response.json(.ok, name) }
        router.post("callback/{token}") { request, context in
            try await take(request, token: context.parameters.get("token") ?? "", context)
            return Response(status: .accepted)
        }
        return router
    }

    /// Publishes a callback. Throws an `APIError`, or the error of the store or the broker.
    private func take(_ request: Request, token text: String, _ context: PlainContext) async throws {
        let token: CallbackToken
        do throws(CallbackToken.Refusal) {
            token = try CallbackToken(verifying: text, keys: keys)
        } catch {
            throw Self.unauthorized(error.rawValue)
        }
        let body = try await request.jsonBody(bytesMax: Limits.callbackBytesMax, context)
        _ = try CallbackDocument.parse(body)
        // A callback counts from when all of it is there.
        try await publish(CheckedCallback(token: token, receivedAt: time.now(), body: body))
    }

    private static func unauthorized(_ reason: String) -> APIError {
        APIError(.unauthorized, "The callback URL is not valid: \(reason).")
    }

    private struct EndpointName: Encodable {
        var endpoint: String
    }

    /// A valid callback. Whether its execution is still open is asked of the store.
    private struct CheckedCallback: Sendable {
        var token: CallbackToken
        var receivedAt: Instant
        var body: [UInt8]

        var message: OutboundMessage {
            OutboundMessage(CallbackReceived(executionID: token.executionID, receivedAt: receivedAt, body: body))
        }
    }

    private func publish(_ callback: CheckedCallback) async throws {
        do {
            switch try await publisher.call(callback) {
            case .take: break
            case .expired: throw Self.unauthorized("the token has expired")
            case .over(nil): throw APIError(.gone, "The execution is no longer on record.")
            case .over(let status):
                throw APIError(.gone, "The execution is over.", executionStatus: status)
            }
            // The service sends it again. Answered 202 it could stand behind an expiry that was noticed in time.
            guard time.now().milliseconds(since: callback.receivedAt) <= ExecutionState.confirmMaxMilliseconds else {
                throw PublishError.unavailable("the confirm of a callback came too late")
            }
        } catch {
            var failure = APIError(error)
            failure.details["execution_id"] = "\(callback.token.executionID)"
            throw failure
        }
    }
}

/// Counts the answers of the callback route by their status.
private struct AnswerCounter: RouterMiddleware {
    private let answers = Dictionary(
        uniqueKeysWithValues: [202, 400, 401, 404, 405, 410, 413, 415, 422, 500, 503].map {
            ($0, Counter(label: "belfry_callbacks_total", dimensions: [("status", String($0))]))
        })

    func handle(
        _ request: Request, context: PlainContext,
        next: @concurrent (Request, PlainContext) async throws -> Response
    ) async throws -> Response {
        let answer = try await next(request, context)
        answers[answer.status.code]?.increment()
        return answer
    }
}
