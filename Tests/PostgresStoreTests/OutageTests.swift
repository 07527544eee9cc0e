import Store
import TestServers
import Testing

@testable import PostgresStore

@Suite struct `A PostgreSQL store whose server is killed` {
    @Test func `is unavailable until the server is back, and then goes on`() async throws {
        let server = try await PrivatePostgres.start("postgres-store-killed")
        let store = try await PostgresStore(url: server.url, name: "test", logger: RealPostgres.silent)
        #expect(try await store.schedules(changedSince: nil).revision == 0)
        try await server.kill()
        let error = await #expect(throws: StoreError.self) { try await store.schedules(changedSince: nil) }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error)) is not “unavailable”")
            return
        }
        await #expect(throws: StorageFault.self) { try await store.checkWritable() }
        try await server.restart()
        #expect(try await store.schedules(changedSince: nil).revision == 0)
        try await store.checkWritable()
        try await server.stop()
    }
}
