import HTTPTypes
import Hummingbird
import JobCore
import Signing
import StageKit
import Store

/// Puts the key of a request into its context, and refuses a request without a valid one.
///
/// The store is asked for each request, so that a revoked key works no more from that moment on.
struct KeyMiddleware: RouterMiddleware {
    /// It is answered in time whatever hangs, so its key is, too.
    private static let statusPath = "/status"

    private let store: any ConsoleStore
    private let use: KeyUse
    private let time: any TimeSource
    private let keysInTime: Coalescer<[UInt8], APIKey?>

    init(store: any ConsoleStore, use: KeyUse, time: any TimeSource) {
        self.store = store
        self.use = use
        self.time = time
        keysInTime = Coalescer(limit: 100) { hashes in
            var keys: [Result<APIKey?, any Error>] = []
            for hash in hashes {
                do throws(StoreError) {
                    keys.append(.success(try await store.apiKey(secretHash: hash)))
                } catch {
                    keys.append(.failure(error))
                }
            }
            return keys
        }
    }

    static let unauthorized = APIError(
        .unauthorized, "Send Authorization: Bearer with a key from `belfry keys create`.")

    /// Longer headers are not worth a hash: a secret has 50 bytes.
    private static let headerBytesMax = 512

    func handle(
        _ request: Request, context: ConsoleContext,
        next: @concurrent (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        guard let secret = Self.secret(in: request) else { throw Self.unauthorized }
        let hash = APISecret.hash(secret)
        let found =
            request.uri.path == Self.statusPath
            ? try await keysInTime.call(hash) : try await store.apiKey(secretHash: hash)
        guard let key = found else { throw Self.unauthorized }
        use.note(key.name, at: time.now())
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
