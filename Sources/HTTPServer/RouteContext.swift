public import HTTPTypes
public import Hummingbird
import NIOCore
import NIOHTTPTypes

/// The context of a request at a ``GuardedServer``.
public protocol RouteContext: RequestContext {
    /// What the server knows of the request.
    var route: RouteStorage { get set }
}

/// What a ``GuardedServer`` knows of a request besides its content.
public struct RouteStorage: Sendable {
    /// The connection; a test that calls the routes without a server has one that keeps what is written.
    private let channel: (any Channel)?
    /// Set by ``RouteResponder``.
    var target: (methods: RouteMethods, path: String, method: HTTPRequest.Method)?
    /// The methods of the request's path, if the path has routes and none of them has the request's method. It is
    /// looked up when it is asked for: requests that find their route need none of it.
    public var allowedMethods: [HTTPRequest.Method]? {
        target.flatMap { $0.methods.allowed(at: $0.path, besides: $0.method) }
    }

    /// The id of the request, as `X-Request-Id` answers it; set by the middleware that makes it.
    public var requestID = ""

    public init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }

    /// Sends the interim answer 100 to a client that waits for it (RFC 9110, section 10.1.1). Throws if the connection
    /// is closed.
    public func sendContinue() async throws {
        try await channel?.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }
}

/// A context with nothing of its own.
public struct PlainContext: RouteContext {
    public var coreContext: CoreRequestContextStorage
    public var route: RouteStorage

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        route = RouteStorage(source: source)
    }
}
