import Foundation
import GRDB
import JobCore
import Store
import StoreRows
import Testing

@testable import SQLiteStore

@Suite struct StoreFileTests {
    @Test func `a store's commit is written ahead and synced before it is answered`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let pragmas = try await folder.store().write { database in
            try ["journal_mode", "synchronous", "foreign_keys"].map { pragma in
                try String.fetchOne(database, sql: "PRAGMA \(pragma)") ?? ""
            }
        }
        #expect(pragmas == ["wal", "2", "1"])
    }

    @Test func `the files and the folders that a store creates are for their owner alone`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let before = try mode(folder.path)
        let nested = folder.path + "/a/b/"
        let store = try SQLiteStore(path: nested + "store.sqlite", logger: folder.logger)
        _ = try await store.schedules(changedSince: nil).revision
        #expect(try mode(folder.path + "/a") == 0o700)
        #expect(try mode(nested) == 0o700)
        #expect(try mode(folder.path) == before)
        for name in try FileManager.default.contentsOfDirectory(atPath: nested) {
            #expect(try mode(nested + name) == 0o600, "\(name)")
        }
    }

    @Test func `an execution that was recorded is there when the store is opened again`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let execution = sampleExecution()
        _ = try await folder.store().create([execution], now: { execution.createdAt })
        #expect(try await folder.store().execution(execution.id) == execution)
    }

    @Test func `a store that many create at once is one store`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for minute in 0..<8 {
                group.addTask {
                    let execution = sampleExecution(minute: Int64(minute))
                    _ = try await folder.store().create([execution], now: { execution.createdAt })
                        .compactMap(\.self)
                }
            }
            try await group.waitForAll()
        }
        let page = try await folder.store().executions(ExecutionQuery())
        #expect(page.executions.count == 8)
    }

    @Test func `two stores on one file keep one lock of an exclusive job`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let stores = [try folder.store(), try folder.store()]
        let created = try await withThrowingTaskGroup(of: [RecordedExecution].self) { group in
            for minute in 0..<20 {
                group.addTask {
                    let execution = sampleExecution(minute: Int64(minute))
                    return try await stores[minute % 2].create([execution], now: { execution.createdAt })
                        .compactMap(\.self)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(created.count { $0.execution.state.status == .pending } == 1)
        #expect(created.count { $0.execution.state.reason == .locked } == 19)
    }

    /// A killed process leaves the files as they are in the middle of a transaction.
    @Test func `a store whose writer was killed holds what was committed, and nothing else`() async throws {
        let folder = try TemporaryFolder()
        let copy = try TemporaryFolder()
        defer {
            folder.remove()
            copy.remove()
        }
        let store = try folder.store()
        let committed = sampleExecution()
        let cut = sampleExecution(minute: 1)
        _ = try await store.create([committed], now: { committed.createdAt })
        try await store.write { database in
            var inserter = try ExecutionInserter(
                database, now: cut.createdAt, leavingOut: UnreadableRows(logger: folder.logger))
            _ = try inserter.create(cut)
            for suffix in ["", "-wal", "-shm"] {
                try FileManager.default.copyItem(atPath: folder.file + suffix, toPath: copy.file + suffix)
            }
        }
        let found = try copy.store()
        #expect(try await found.execution(committed.id) == committed)
        #expect(try await found.execution(cut.id) == nil)
        #expect(try await found.create([committed], now: { committed.createdAt }).map { $0?.isNew } == [false])
        #expect(try await store.execution(cut.id) != nil)
    }

    @Test func `a store of a newer Belfry is refused with both schemas' numbers`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await folder.store().write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')")
        }
        let error = try #require(#expect(throws: StoreError.self) { try folder.store() })
        #expect(error.isUnusable)
        let schemas = "(schema 99, this program knows \(Schema.version))"
        let explanation = "was written by a newer Belfry \(schemas): upgrade this program"
        #expect(error.description.contains(explanation), "\(error)")
    }

    @Test func `a database of another program is refused as a store, and not changed`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try DatabaseQueue(path: folder.file).write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        let error = try #require(#expect(throws: StoreError.self) { try folder.store() })
        #expect(error.isUnusable)
        #expect(error.description.contains("is not a Belfry store: it is the database of another program"), "\(error)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }

    @Test func `a file that is no database is refused as a store`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(repeating: UInt8(ascii: "x"), count: 5_000).write(to: URL(fileURLWithPath: folder.file))
        let error = try #require(#expect(throws: StoreError.self) { try folder.store() })
        #expect(error.isUnusable)
        #expect(error.description.contains("\(folder.file) is not a Belfry store"), "\(error)")
    }

    @Test func `a store whose folder can't be created is unavailable`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let error = #expect(throws: StoreError.self) {
            try SQLiteStore(path: folder.path + "/file/store.sqlite", logger: folder.logger)
        }
        #expect(try #require(error).isUnavailable)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }
}
