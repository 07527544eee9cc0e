public import JobStore
internal import Synchronization

/// A store that is opened when it can be, and asked now and then whether it can still be worked with.
public final class OpenedStore: Sendable {
    private let make: @Sendable () throws -> any JobStore
    private let store = Mutex<(any JobStore)?>(nil)

    public init(make: @escaping @Sendable () throws -> any JobStore) {
        self.make = make
    }

    public func open() throws -> any JobStore {
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
