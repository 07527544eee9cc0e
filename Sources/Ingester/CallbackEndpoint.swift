internal import CoreMetrics
internal import FoundationEssentials
internal import HTTPTypes
public import Hummingbird
public import JobCore
public import Store
public import Logging
public import Messaging
public import Signing
internal import StageKit

/// Where services call back: `POST /callback/{token}`. It checks, publishes, and answers once the broker has it.
public struct CallbackEndpoint: Sendable {
    private let keys: SigningKeys
    private let time: any TimeSource
    private let logger: Logger
    private let passes: Coalescer<CheckedCallback, ExecutionStatus?>
    private let answers: [Int: Counter]

    public init(
        store: any CallbackStore, broker: any MessageBroker, keys: SigningKeys, time: any TimeSource, logger: Logger
    ) {
        self.keys = keys
        self.time = time
        self.logger = logger
        // Callbacks come in bursts: those that come while others pass share the next question and the next publish.
        passes = Coalescer(limit: 500) { callbacks in
            do {
                let statuses = try await store.statuses(of: callbacks.map(\.executionID))
                try await broker.publish(
                    callbacks.filter { statuses[$0.executionID]?.isFinal == false }.map(\.message))
                return callbacks.map { .success(statuses[$0.executionID]) }
            } catch {
                return callbacks.map { _ in .failure(error) }
            }
        }
        answers = Dictionary(
            uniqueKeysWithValues: [202, 400, 401, 410, 413, 415, 422, 503].map {
                ($0, Counter(label: "belfry_callbacks_total", dimensions: [("status", String($0))]))
            })
    }

    /// The door's routes.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("callback/{token}") { request, context in
            let answer = await answer(request, token: context.parameters.get("token") ?? "")
            answers[answer.status.code]?.increment()
            return answer
        }
        return router
    }

    private func answer(_ request: Request, token text: String) async -> Response {
        let now = time.now()
        let token: CallbackToken
        do throws(CallbackToken.Refusal) {
            token = try CallbackToken(verifying: text, keys: keys, now: now)
        } catch {
            return Self.problem(.unauthorized, error.rawValue)
        }
        let mediaType = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard mediaType == "application/json" else {
            return Self.problem(.unsupportedMediaType, "send Content-Type: application/json")
        }
        guard let body = try? await request.body.collect(upTo: Limits.callbackBytesMax) else {
            return Self.problem(.contentTooLarge, "the body has more than \(Limits.callbackBytesMax) bytes")
        }
        let bytes = Array(body.readableBytesView)
        do throws(InvalidDocument) {
            _ = try CallbackDocument.parse(bytes)
        } catch {
            return Self.problem(
                error.isUnreadable ? .badRequest : .unprocessableContent, "the callback is wrong", error.errors)
        }
        let message = OutboundMessage(CallbackReceived(token: text, receivedAt: now, body: bytes))
        return await pass(CheckedCallback(executionID: token.executionID, message: message))
    }

    /// A callback in which nothing is wrong; whether its execution still goes on, only the record can tell.
    private struct CheckedCallback: Sendable {
        var executionID: ExecutionID
        var message: OutboundMessage
    }

    private func pass(_ callback: CheckedCallback) async -> Response {
        do {
            guard let status = try await passes.call(callback) else {
                return Self.problem(.gone, "the execution is not on record any more")
            }
            guard !status.isFinal else {
                logger.info(
                    "a callback came after the end",
                    metadata: ["execution_id": "\(callback.executionID)", "status": "\(status.rawValue)"])
                return Self.problem(.gone, "the execution is over", status: status)
            }
            return Response(status: .accepted)
        } catch {
            logger.warning(
                "could not take a callback",
                metadata: ["execution_id": "\(callback.executionID)", "error": "\(error)"])
            var response = Self.problem(.serviceUnavailable, "not now, call again")
            response.headers[.retryAfter] = "2"
            return response
        }
    }

    private struct Problem: Encodable {
        var message: String
        var status: ExecutionStatus?
        var errors: [FieldError]?
    }

    private static func problem(
        _ code: HTTPResponse.Status, _ message: String, _ errors: [FieldError]? = nil, status: ExecutionStatus? = nil
    ) -> Response {
        let body = (try? MessageCoder.encode(Problem(message: message, status: status, errors: errors))) ?? []
        return Response(
            status: code, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
