import Foundation
import JobCore
import PostgresStore
import Store
import Testing

@Suite struct `Recorders with one PostgreSQL store` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    @Test func `learn the numbers of lines of the others that have noted theirs lately`() async throws {
        let url = try await RealPostgres.emptyStoreURL()
        let first = try await PostgresStore(url: url, name: "a", logger: RealPostgres.silent)
        let second = try await PostgresStore(url: url, name: "b", logger: RealPostgres.silent)
        let (a, b) = (UUID(), UUID())
        func note(_ count: Int, _ recorder: UUID, in store: PostgresStore, second: Int64) async throws -> [Int] {
            let now = Self.now.adding(seconds: second)
            return try await store.noteActiveLines(
                count, of: recorder, at: now, othersSince: now.adding(seconds: -15))
        }
        #expect(try await note(4, a, in: first, second: 0) == [])
        #expect(try await note(0, b, in: second, second: 1) == [4])
        #expect(try await note(3, a, in: first, second: 5) == [0])
        #expect(try await note(1, b, in: second, second: 20) == [3])
        #expect(try await note(2, b, in: second, second: 21) == [])
        #expect(try await note(2, a, in: first, second: 7_200) == [])
    }
}
