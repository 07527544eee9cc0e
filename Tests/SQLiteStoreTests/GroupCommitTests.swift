import Dispatch
import GRDB
import Synchronization
import Testing

@testable import SQLiteStore

/// Guarantee: a write that shares its transaction with others is committed, or fails, as if it were alone.
@Suite struct `Writes that wait at the same time` {
    private struct Fault: Error {}

    private final class CommitCount: TransactionObserver, Sendable {
        let count = Mutex(0)
        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ database: Database) { count.withLock { $0 += 1 } }
        func databaseDidRollback(_ database: Database) {}
    }

    private let folder: TemporaryFolder
    private let pool: DatabasePool
    private let commits: GroupCommit
    private let committed = CommitCount()

    init() throws {
        folder = try TemporaryFolder()
        pool = try DatabasePool(path: folder.path + "/group.sqlite")
        try pool.write { try $0.execute(sql: "CREATE TABLE t (n INTEGER PRIMARY KEY)") }
        pool.add(transactionObserver: committed, extent: .databaseLifetime)
        commits = GroupCommit(pool)
    }

    /// Starts the writes while an earlier one is at work, so that they wait together. Returns their results in order.
    private func together(
        _ writes: [@Sendable (Database) throws -> Int]
    ) async throws -> [Result<Int, any Error>] {
        let (isAtWork, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let first: Void = commits.write { @Sendable _ in
            isAtWork.signal()
            mayEnd.wait()
        }
        await Task.detached { isAtWork.wait() }.value
        let results = await withTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            for (index, write) in writes.enumerated() {
                group.addTask { [commits] in
                    do {
                        return (index, .success(try await commits.write(write)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            while commits.waitingCount < writes.count { await Task.yield() }
            mayEnd.signal()
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        try await first
        return writes.indices.compactMap { results[$0] }
    }

    private static func insert(_ number: Int) -> @Sendable (Database) throws -> Int {
        { database in
            try database.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number])
            return number
        }
    }

    private var numbers: [Int] {
        get throws { try pool.read { try Int.fetchAll($0, sql: "SELECT n FROM t ORDER BY n") } }
    }

    @Test func `share one commit, and each gets its own value`() async throws {
        defer { folder.remove() }
        let before = committed.count.withLock { $0 }
        let results = try await together((1...5).map(Self.insert))
        #expect(try results.map { try $0.get() } == [1, 2, 3, 4, 5])
        #expect(try numbers == [1, 2, 3, 4, 5])
        #expect(committed.count.withLock { $0 } == before + 2, "the one at work, and one for the five")
    }

    @Test func `fail alone`() async throws {
        defer { folder.remove() }
        let results = try await together([
            Self.insert(1),
            { database in
                _ = try Self.insert(2)(database)
                throw Fault()
            }, Self.insert(1), Self.insert(3),
        ])
        #expect(try results[0].get() == 1)
        #expect(throws: Fault.self) { try results[1].get() }
        #expect(throws: DatabaseError.self, "the number is there already") { try results[2].get() }
        #expect(try results[3].get() == 3)
        #expect(try numbers == [1, 3])
    }

    /// SQLite ends the whole transaction when the disk is full, for example.
    @Test func `all fail if the transaction is lost`() async throws {
        defer { folder.remove() }
        let results = try await together([
            Self.insert(1),
            { database in
                try database.execute(sql: "ROLLBACK")
                throw DatabaseError(resultCode: .SQLITE_FULL)
            }, Self.insert(3),
        ])
        for result in results { #expect(throws: DatabaseError.self) { try result.get() } }
        #expect(try numbers.isEmpty)
        #expect(try await commits.write(Self.insert(4)) == 4)
    }
}
