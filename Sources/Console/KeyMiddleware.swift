import HTTPTypes
import Hummingbird
import Signing
import StageKit
import Store

/// Puts the key of a request into its context, and refuses a request without a valid one.
struct KeyMiddleware: RouterMiddleware {
    let store: any ConsoleStore

    static let unauthorized = APIError(
        .unauthorized, "Send Authorization: Bearer with a key from `belfry keys add`.")

    /// Longer headers are not worth a hash: a secret has 50 bytes.
    private static let headerBytesMax = 512

    func handle(
        _ request: Request, context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        guard let secret = Self.secret(in: request),
            let key = try await store.apiKey(secretHash: APISecret.hash(secret))
        else { throw Self.unauthorized }
        var context = context
        context.key = key
        return try await next(request, context)
    }

    /// The credentials of the scheme `Bearer`, whose name has any case (RFC 9110, section 11.1).
    private static func secret(in request: Request) -> String? {
        guard let header = request.headers[.authorization], header.utf8.count <= headerBytesMax else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
