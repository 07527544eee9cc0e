import Foundation
import GRDB
import JobCore
import Store
import StoreConformance
import Testing

@testable import SQLiteStore

/// A store's error asks for one of two reactions: wait, or act.
@Suite struct StoreErrorTests {
    /// The primary code and one of its extended codes: they must not differ.
    private static let waiting: [(ResultCode, String)] = [
        (.SQLITE_BUSY, "is locked by another program"), (.SQLITE_BUSY_SNAPSHOT, "is locked by another program"),
        (.SQLITE_LOCKED, "is locked by another program"), (.SQLITE_PROTOCOL, "is locked by another program"),
        (.SQLITE_SCHEMA, "changed the tables"),
        (.SQLITE_FULL, "is full"),
        (.SQLITE_IOERR, "check the disk"), (.SQLITE_IOERR_FSYNC, "check the disk"),
        (.SQLITE_NOMEM, "memory"),
        (.SQLITE_CANTOPEN, "can't be opened"), (.SQLITE_CANTOPEN_FULLPATH, "can't be opened"),
        (.SQLITE_PERM, "can't be written"), (.SQLITE_READONLY, "can't be written"),
        (.SQLITE_READONLY_DBMOVED, "can't be written"),
        (.SQLITE_ABORT, "was cancelled"), (.SQLITE_INTERRUPT, "was cancelled"),
    ]

    private static let damage: [(ResultCode, String)] = [
        (.SQLITE_CORRUPT, "is damaged"), (.SQLITE_CORRUPT_VTAB, "is damaged"),
        (.SQLITE_NOTADB, "is not a Belfry store"), (.SQLITE_ERROR, "can't be used"), (.SQLITE_MISUSE, "can't be used"),
        (.SQLITE_INTERNAL, "can't be used"),
        (.SQLITE_AUTH, "can't be used"),
    ]

    private static let refusals: [ResultCode] = [
        .SQLITE_CONSTRAINT, .SQLITE_CONSTRAINT_CHECK, .SQLITE_MISMATCH, .SQLITE_TOOBIG,
    ]

    @Test(arguments: waiting) func `a SQLite error that may pass makes the store unavailable`(
        code: ResultCode, explanation: String
    ) {
        let error = StoreError(DatabaseError(resultCode: code, message: "as SQLite says"), path: "/the/path")
        #expect(error.isUnavailable)
        for text in [explanation, "/the/path", "as SQLite says", "SQLite \(code.rawValue)"] {
            #expect(error.description.contains(text), "\(error)")
        }
    }

    @Test(arguments: damage) func `a damaged file is unusable when it is opened, and later has all work wait`(
        code: ResultCode, explanation: String
    ) {
        let error = DatabaseError(resultCode: code)
        let opening = StoreError(error, path: "/the/path", isOpening: true)
        let open = StoreError(error, path: "/the/path")
        #expect(opening.isUnusable)
        #expect(open.isUnavailable, "otherwise every message would become a dead letter")
        for error in [opening, open] {
            for text in [explanation, "/the/path"] { #expect(error.description.contains(text), "\(error)") }
        }
    }

    @Test(arguments: refusals) func `a value that SQLite refuses makes only its own call fail for good`(
        code: ResultCode
    ) {
        let error = StoreError(DatabaseError(resultCode: code), path: "/the/path")
        #expect(error.isUnusable && error.description.contains("refuses a value"))
    }

    @Test func `an open store whose tables are gone is unavailable, so that no message becomes a dead letter`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        try await store.write { try $0.execute(sql: "DROP TABLE heartbeat") }
        let error = await #expect(throws: StoreError.self) {
            try await store.update([.random()], of: ReportLine.allCases[0]) { _, progress in
                ReportDecision(changes: [], decidedAt: Instant(secondsSinceEpoch: 0), progress: progress, answer: ())
            }
        }
        #expect(try #require(error).isUnavailable)
    }

    @Test func `a store error passes as it is, and an error of no known kind makes the store unusable`() {
        struct Odd: Error {}
        #expect(StoreError(StoreError.unavailable("later"), path: "/p") == .unavailable("later"))
        #expect(StoreError(CancellationError(), path: "/p").isUnavailable)
        #expect(StoreError(Odd(), path: "/p").isUnusable)
    }

    @Test func `a store that another program keeps locked is unavailable until it is released`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try SQLiteStore(path: folder.file, lockWaitSeconds: 0.05, logger: folder.logger)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.file, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let key = APIKey(name: "ops", scope: .admin, createdAt: Instant(secondsSinceEpoch: 0))
        let error = await #expect(throws: StoreError.self) { _ = try await store.add(key, secretHash: [1]) }
        #expect(try #require(error).isUnavailable)
        #expect(try await store.apiKeys().isEmpty)
        try await other.writeWithoutTransaction { try $0.rollback() }
        #expect(try await store.add(key, secretHash: [1]))
    }

    @Test func `a store without room is unavailable until there is some`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        let key = APIKey(
            name: String(repeating: "x", count: 100_000), scope: .admin, createdAt: Instant(secondsSinceEpoch: 0))
        let error = await #expect(throws: StoreError.self) { _ = try await store.add(key, secretHash: [1]) }
        #expect(try #require(error).isUnavailable)
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        #expect(try await store.add(key, secretHash: [1]))
    }

    @Test func `a store's call in a cancelled task is unavailable`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let task = Task { () throws(StoreError) in
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.schedules(changedSince: nil).revision
        }
        let error = await #expect(throws: StoreError.self) { _ = try await task.value }
        #expect(try #require(error).isUnavailable)
    }

    @Test func `an open execution without a deadline is refused, since the reaper would never find it`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let execution = sampleExecution()
        _ = try await store.create([execution], now: { execution.createdAt })
        let error = await #expect(throws: StoreError.self) {
            try await store.write { try $0.execute(sql: "UPDATE execution SET deadline_ms = NULL") }
        }
        #expect(try #require(error).isUnusable)
    }
}
