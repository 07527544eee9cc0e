import Foundation
import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

@Suite struct StoreErrorTests {
    @Test func `a store of a newer Belfry is refused`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await folder.store().write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')")
        }
        let error = #expect(throws: StoreError.self) { try folder.store() }
        #expect(try isUnusable(#require(error), mentioning: "newer"))
    }

    @Test func `a database of another program is refused, and left alone`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try DatabaseQueue(path: folder.file).write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        let error = #expect(throws: StoreError.self) { try folder.store() }
        #expect(try isUnusable(#require(error), mentioning: "another program"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }

    @Test func `a file that is no database is refused`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(repeating: UInt8(ascii: "x"), count: 5_000).write(to: URL(fileURLWithPath: folder.file))
        let error = #expect(throws: StoreError.self) { try folder.store() }
        #expect(try isUnusable(#require(error), mentioning: folder.file))
    }

    @Test func `a folder that can't be made is not available`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: folder.path + "/file/store.sqlite") }
        #expect(try isUnavailable(#require(error)))
    }

    @Test func `a store that another process keeps locked is not available, and is again later`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try SQLiteStore(path: folder.file, busySeconds: 0.05)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.file, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let key = APIKey(name: "ops", scope: .admin, createdAt: Instant(secondsSinceEpoch: 0))
        let error = await #expect(throws: StoreError.self) { _ = try await store.add(key, secretHash: [1]) }
        #expect(try isUnavailable(#require(error)))
        #expect(try await store.apiKeys().isEmpty)
        let notReady = await #expect(throws: StoreError.self) { try await store.checkWritable() }
        #expect(try isUnavailable(#require(notReady)))
        try await other.writeWithoutTransaction { try $0.rollback() }
        try await store.checkWritable()
        #expect(try await store.add(key, secretHash: [1]))
    }

    @Test func `a store without room is not available, and is again when there is some`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        let key = APIKey(
            name: String(repeating: "x", count: 100_000), scope: .admin, createdAt: Instant(secondsSinceEpoch: 0))
        let error = await #expect(throws: StoreError.self) { _ = try await store.add(key, secretHash: [1]) }
        #expect(try isUnavailable(#require(error)))
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        #expect(try await store.add(key, secretHash: [1]))
    }

    @Test func `a call of a task that was cancelled is not available`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let task = Task { () throws(StoreError) in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.jobsRevision()
        }
        let error = await #expect(throws: StoreError.self) { _ = try await task.value }
        #expect(try isUnavailable(#require(error)))
    }

    @Test(arguments: [ResultCode.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN])
    func `what may pass is not available`(code: ResultCode) {
        #expect(isUnavailable(StoreError(DatabaseError(resultCode: code), path: "/the/path")))
    }

    @Test(arguments: [ResultCode.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_READONLY, .SQLITE_ERROR])
    func `what stays is unusable`(code: ResultCode) {
        #expect(isUnusable(StoreError(DatabaseError(resultCode: code), path: "/the/path"), mentioning: "/the/path"))
    }

    private func isUnavailable(_ error: StoreError) -> Bool {
        if case .unavailable = error { true } else { false }
    }

    private func isUnusable(_ error: StoreError, mentioning text: String) -> Bool {
        if case .unusable(let reason) = error { reason.contains(text) } else { false }
    }
}
