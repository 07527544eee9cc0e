public import HTTPServer
public import Hummingbird
import Store

/// A request of the admin API before its key is checked. No route takes it: routes take a `KeyContext`.
public struct ConsoleContext: RouteContext {
    public var coreContext: CoreRequestContextStorage
    public var route: RouteStorage
    /// Set by `KeyMiddleware`.
    var key: APIKey?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        route = RouteStorage(source: source)
    }
}
