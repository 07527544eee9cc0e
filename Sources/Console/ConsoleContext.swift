public import Hummingbird
import Store

/// A request of the admin API before its key is checked. No route takes it: routes take a `KeyContext`.
public struct ConsoleContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Set by `KeyMiddleware`.
    var key: APIKey?

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
