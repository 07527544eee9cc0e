import Foundation
import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

@Suite struct StoreBackupTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/store.sqlite" }
    private var target: String { folder.path + "/backup.sqlite" }
    private var backup: StoreBackup { StoreBackup(path: path) }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func store(_ path: String) throws -> SQLiteStore { try SQLiteStore(path: path, logger: folder.logger) }

    /// A store with one execution, closed.
    @discardableResult
    private func recorded(minute: Int64 = 0, in path: String) async throws -> Execution {
        let execution = sampleExecution(minute: minute)
        let store = try store(path)
        _ = try await store.create([execution], now: { execution.createdAt })
        return try #require(try await store.execution(execution.id))
    }

    private func files() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    /// Overwrites the middle of a file.
    private func damage(_ path: String) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 2)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size / 4)))
        try file.close()
    }

    @Test func `a backup of a store that is open holds what was on record, in one file for its owner alone`()
        async throws
    {
        defer { folder.remove() }
        let open = try store(path)
        let execution = sampleExecution()
        _ = try await open.create([execution], now: { execution.createdAt })
        let inspection = try backup.copy(to: target)
        #expect(inspection.executionCount == 1 && inspection.openExecutionCount == 1 && inspection.damage == [])
        #expect(inspection.schemaVersion == Schema.version && inspection.isUsable)
        let attributes = try FileManager.default.attributesOfItem(atPath: target)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try files().filter { $0.hasPrefix("backup") } == ["backup.sqlite"])
        // The store goes on, and the backup stays as it was.
        let later = sampleExecution(minute: 1)
        _ = try await open.create([later], now: { later.createdAt })
        let copy = try store(target)
        #expect(try await copy.execution(execution.id) == execution)
        #expect(try await copy.execution(later.id) == nil)
    }

    @Test func `a backup overwrites no file, and leaves none when it can't be made`() async throws {
        defer { folder.remove() }
        try await recorded(in: path)
        try Data("mine".utf8).write(to: URL(filePath: target))
        #expect(
            throws: BackupError.refused("\(target) exists already: name another file, such as one with today's date")
        ) { try backup.copy(to: target) }
        #expect(try Data(contentsOf: URL(filePath: target)) == Data("mine".utf8))
        #expect(throws: BackupError.self) { try backup.copy(to: folder.path + "/missing/backup.sqlite") }
        #expect(throws: BackupError.self) { try StoreBackup(path: folder.path + "/none").copy(to: target + "2") }
        #expect(try files() == ["store.sqlite", "backup.sqlite"])
    }

    @Test func `a backup of a damaged store is refused with the damage, and leaves no file`() async throws {
        defer { folder.remove() }
        try await recorded(in: path)
        try damage(path)
        let error = #expect(throws: BackupError.self) { try backup.copy(to: target) }
        switch error {
        case .damaged(path, let damage): #expect(!damage.isEmpty)
        case .store(let error): #expect(error.description.contains("damaged"))
        default: Issue.record("\(String(describing: error))")
        }
        #expect(try !files().contains { $0.hasPrefix("backup") })
    }

    @Test func `a backup is restored, and the former store is kept with what was only in its log`() async throws {
        defer { folder.remove() }
        let execution = try await recorded(in: path)
        _ = try backup.copy(to: target)
        // A process that is killed leaves its newest transactions in the log beside the file.
        let later = sampleExecution(minute: 1)
        let killed = try store(path)
        _ = try await killed.create([later], now: { later.createdAt })
        let recorded = try #require(try await killed.execution(later.id))
        let (inspection, former) = try backup.restore(from: target, now: "20260131T080000Z")
        #expect(inspection.executionCount == 1 && former == path + ".before-20260131T080000Z")
        let restored = try store(path)
        #expect(try await restored.execution(execution.id) == execution)
        #expect(try await restored.execution(later.id) == nil)
        #expect(try await store(try #require(former)).execution(later.id) == recorded)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try !files().contains { $0.contains("restoring") })
    }

    @Test func `a backup is restored where there is no store, and where the store is damaged`() async throws {
        defer { folder.remove() }
        let execution = try await recorded(in: path)
        _ = try backup.copy(to: target)
        try FileManager.default.removeItem(atPath: path)
        #expect(try backup.restore(from: target, now: "1").former == nil)
        #expect(try await store(path).execution(execution.id) == execution)
        try Data("no database".utf8).write(to: URL(filePath: path))
        let former = try #require(try backup.restore(from: target, now: "2").former)
        #expect(try Data(contentsOf: URL(filePath: former)) == Data("no database".utf8))
        #expect(try await store(path).execution(execution.id) == execution)
    }

    @Test func `a backup that is damaged, newer or no store is refused, and the store stays`() async throws {
        defer { folder.remove() }
        let execution = try await recorded(in: path)
        _ = try backup.copy(to: target)
        let newer = folder.path + "/newer.sqlite"
        try FileManager.default.copyItem(atPath: target, toPath: newer)
        try await DatabaseQueue(path: newer).write { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: of the future')")
        }
        try damage(target)
        let foreign = folder.path + "/foreign.sqlite"
        try await DatabaseQueue(path: foreign).write { try $0.execute(sql: "CREATE TABLE other (value)") }
        for (file, text) in [
            (target, "damaged"), (newer, "newer Belfry (schema 99"), (foreign, "not a Belfry store"),
            (folder.path + "/none", "No such file"),
        ] {
            let error = #expect(throws: BackupError.self) { try backup.restore(from: file, now: "1") }
            #expect(error?.description.contains(text) == true, "\(file): \(String(describing: error))")
        }
        #expect(try await store(path).execution(execution.id) == execution)
        #expect(try !files().contains { $0.contains("before") || $0.contains("restoring") })
    }

    @Test func `a backup of an older schema is restored as it is, and brought up to date when it is opened`()
        async throws
    {
        defer { folder.remove() }
        let older = try DatabaseQueue(path: target)
        let migrations = Schema.migrator.migrations
        try Schema.migrator.migrate(older, upTo: migrations[7])
        try older.close()
        let inspection = try backup.restore(from: target, now: "1").inspection
        #expect(inspection.schemaVersion == 8 && inspection.knownSchemaVersion == migrations.count)
        #expect(try backup.inspect(thoroughly: false).schemaVersion == 8)
        _ = try store(path)
        #expect(try backup.inspect(thoroughly: false).schemaVersion == migrations.count)
    }

    @Test func `a look at a store finds rows that name rows that are not there`() async throws {
        defer { folder.remove() }
        try await recorded(in: path)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try await DatabaseQueue(path: path, configuration: configuration).write {
            try $0.execute(sql: "DELETE FROM job")
        }
        let damage = try #require(try backup.inspect(thoroughly: true).damage)
        #expect(damage.contains { $0.contains("of the table execution names a row of job that is not there") })
        #expect(try !backup.inspect(thoroughly: true).isUsable)
    }
}
