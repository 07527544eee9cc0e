import JobCore
import PostgreSQL
import Store
import Testing

@testable import PostgresStore

@Suite struct `The schema of a PostgreSQL store` {
    @Test func `is made once by programs that begin at the same time`() async throws {
        let url = try await RealPostgres.emptyStoreURL()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let store = try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
                    _ = try await store.schedules(changedSince: nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await StoreLook(url: url).schemaVersion() == Schema.version)
    }

    @Test func `of a newer program is refused as one that needs a person, and stays as it is`() async throws {
        let url = try await RealPostgres.emptyStoreURL()
        let store = try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
        _ = try await store.write { try $0.execute("UPDATE schema_version SET version = version + 1") }
        let error = await #expect(throws: StoreError.self) {
            try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
        }
        guard case .unusable(let reason) = error else {
            Issue.record("\(String(describing: error)) is not “unusable”")
            return
        }
        #expect(reason.contains("upgrade this program"))
        let look = try StoreLook(url: url)
        #expect(try await look.schemaVersion() == Schema.version + 1)
        #expect(try await look.inspect().isUsable == false)
    }

    @Test(arguments: ["belfry:wrong@", "nobody:secret@"])
    func `is not asked for with a wrong login, which a person must correct`(login: String) async throws {
        let url = try await RealPostgres.emptyStoreURL().replacing("belfry:secret@", with: login)
        let error = await #expect(throws: StoreError.self) {
            try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
        }
        guard case .unusable(let reason) = error else {
            Issue.record("\(String(describing: error)) is not “unusable”")
            return
        }
        #expect(!reason.contains("secret@") && !reason.contains("wrong@"))
    }

    @Test func `keeps two stores of one database apart`() async throws {
        let first = try await RealPostgres.emptyStore()
        let second = try await RealPostgres.emptyStore()
        _ = try await first.pause(
            .service("billing"), note: nil, until: nil, by: ChangeAuthor(name: "test", requestID: nil),
            now: .init(secondsSinceEpoch: 1_900_000_000))
        #expect(try await first.pauses(inForceAt: .init(secondsSinceEpoch: 1_900_000_001)).count == 1)
        #expect(try await second.pauses(inForceAt: .init(secondsSinceEpoch: 1_900_000_001)).isEmpty)
    }
}

@Suite struct `The clock of a PostgreSQL store` {
    @Test func `is that of the server, to the millisecond`() async throws {
        let store = try await RealPostgres.emptyStore()
        // The server of the tests runs on this machine.
        let before = SystemTime().now()
        let time = try #require(try await store.clock())
        #expect((before...SystemTime().now()).contains(time))
    }
}
