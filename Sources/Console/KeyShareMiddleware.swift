import Hummingbird
import StageKit
import Store

/// Answers 429 to a key that has its share of requests at work already, so that one user does not starve the others of
/// the store and of the publisher.
///
/// The share is one key's, not one service's: a user is known by the key. A key of the scope `service:NAME` is one
/// service's, and a key that may do everything is one program's or one person's. If a service has two keys, then the
/// operator gave it two shares.
struct KeyShareMiddleware: RouterMiddleware {
    let share: KeyShare

    func handle(
        _ request: Request, context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        guard let key = context.key else { throw KeyMiddleware.unauthorized }
        var (response, limit) = try await share.run(key.name) { try await next(request, context) }
        limit.add(to: &response.headers)
        return response
    }
}
