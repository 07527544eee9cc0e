public import Store
internal import Synchronization

/// A store that is opened when it can be, and asked now and then whether it can still be worked with.
public final class LazyStore: Sendable {
    private let make: @Sendable () throws -> any CompleteStore
    private let store = Mutex<(any CompleteStore)?>(nil)

    public init(make: @escaping @Sendable () throws -> any CompleteStore) {
        self.make = make
    }

    public func open() throws -> any CompleteStore {
        let opened = try make()
        store.withLock { $0 = opened }
        return opened
    }

    /// Why the store can't be used now; empty when it can.
    public func faults() async -> [String] {
        guard let store = store.withLock({ $0 }) else { return ["the store is not open yet"] }
        do {
            try await store.checkWritable()
            return []
        } catch {
            return ["\(error)"]
        }
    }
}
