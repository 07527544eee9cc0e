public import Logging
public import Store
import Synchronization

/// A store that is opened when it is available. It can be asked at any time whether it works.
public final class LazyStore: Sendable {
    private let url: StoreURL
    private let logger: Logger
    private let store = Mutex<(any CompleteStore)?>(nil)
    private let loggedFault = Mutex<StorageFault?>(nil)

    /// `logger` is the store's own; see `StoreURL.open(logger:)`.
    public init(_ url: StoreURL, logger: Logger) {
        self.url = url
        self.logger = logger
    }

    /// Opens the store. Throws `StoreError.unavailable` for a later try, `.unusable` when no try can succeed.
    public func open() async throws(StoreError) -> any CompleteStore {
        let opened = try await url.open(logger: logger)
        store.withLock { $0 = opened }
        return opened
    }

    /// Why the store can't be used now, without its place; empty when it can. The place is logged when a fault begins.
    public func faults() async -> [String] {
        guard let store = store.withLock({ $0 }) else { return ["the store is not open yet"] }
        do {
            try await store.checkWritable()
            loggedFault.withLock { $0 = nil }
            return []
        } catch {
            let isLogged = loggedFault.withLock { logged in
                defer { logged = error }
                return logged == error
            }
            if !isLogged { logger.error("not ready: \(error)", metadata: ["detail": "\(error.detail)"]) }
            return ["\(error)"]
        }
    }
}
