import Logging
import Store
import StoreAccess
import Testing

@Suite struct `A lazy store` {
    @Test func `is not ready before it is open, and ready afterwards`() async throws {
        let file = TemporaryStoreFile()
        defer { file.remove() }
        let store = LazyStore(try StoreURL(parsing: file.url), logger: Logger(label: "test"))
        #expect(await store.faults() == ["the store is not open yet"])
        _ = try await store.open()
        #expect(await store.faults().isEmpty)
    }

    @Test func `stays unready when it cannot be opened`() async throws {
        let store = LazyStore(try StoreURL(parsing: "sqlite:/dev/null/belfry.sqlite"), logger: Logger(label: "test"))
        await #expect(throws: StoreError.self) { try await store.open() }
        #expect(await store.faults() == ["the store is not open yet"])
    }
}
