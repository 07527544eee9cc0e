internal import Synchronization

/// A store that is opened when it can be, and asked now and then whether it still answers.
public final class OpenedStore<Store: Sendable>: Sendable {
    private let url: String
    private let make: @Sendable (String) throws -> Store
    private let probe: @Sendable (Store) async throws -> Void
    private let store = Mutex<Store?>(nil)

    /// `make` opens the store of a URL; `probe` asks it something cheap.
    public init(
        _ url: String, make: @escaping @Sendable (String) throws -> Store,
        probe: @escaping @Sendable (Store) async throws -> Void
    ) {
        self.url = url
        self.make = make
        self.probe = probe
    }

    public func open() throws -> Store {
        let opened = try make(url)
        store.withLock { $0 = opened }
        return opened
    }

    /// Why the store can't be used now; empty when it can.
    public func faults() async -> [String] {
        guard let store = store.withLock({ $0 }) else { return ["the store is not open yet"] }
        do {
            try await probe(store)
            return []
        } catch {
            return ["\(error)"]
        }
    }
}
