import Foundation
import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

@Suite struct StoreFileTests {
    @Test func `a commit is written ahead and synced before it is answered`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let pragmas = try await folder.store().write { database in
            try ["journal_mode", "synchronous", "foreign_keys"].map { pragma in
                try String.fetchOne(database, sql: "PRAGMA \(pragma)") ?? ""
            }
        }
        #expect(pragmas == ["wal", "2", "1"])
    }

    @Test func `the files and the folders that are made are for their owner alone`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let before = try mode(folder.path)
        let nested = folder.path + "/a/b/"
        let store = try SQLiteStore(path: nested + "store.sqlite")
        _ = try await store.jobsRevision()
        #expect(try mode(folder.path + "/a") == 0o700)
        #expect(try mode(nested) == 0o700)
        #expect(try mode(folder.path) == before)
        for name in try FileManager.default.contentsOfDirectory(atPath: nested) {
            #expect(try mode(nested + name) == 0o600, "\(name)")
        }
    }

    @Test func `what was recorded is there when the store is opened again`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let execution = sample()
        _ = try await folder.store().create([execution], now: execution.createdAt)
        #expect(try await folder.store().execution(execution.id) == execution)
    }

    @Test func `many open a store at once that is not there yet, and each finds what the others record`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for minute in 0..<8 {
                group.addTask {
                    let execution = sample(minute: Int64(minute))
                    _ = try await folder.store().create([execution], now: execution.createdAt)
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
                    try await stores[minute % 2].create([sample(minute: Int64(minute))], now: sample().createdAt)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(created.count { $0.execution.state.status == .pending } == 1)
        #expect(created.count { $0.execution.state.reason == .locked } == 19)
    }

    /// What a killed process leaves behind is the files as they are in the middle of a transaction.
    @Test func `of a writer that died only what it committed is there`() async throws {
        let folder = try TemporaryFolder()
        let grave = try TemporaryFolder()
        defer {
            folder.remove()
            grave.remove()
        }
        let store = try folder.store()
        let committed = sample()
        let cut = sample(minute: 1)
        _ = try await store.create([committed], now: committed.createdAt)
        try await store.write { database in
            var creation = try ExecutionInserter(database, now: cut.createdAt)
            _ = try creation.create(cut)
            for suffix in ["", "-wal", "-shm"] {
                try FileManager.default.copyItem(atPath: folder.file + suffix, toPath: grave.file + suffix)
            }
        }
        let found = try grave.store()
        #expect(try await found.execution(committed.id) == committed)
        #expect(try await found.execution(cut.id) == nil)
        #expect(try await found.create([committed], now: committed.createdAt).map(\.isNew) == [false])
        #expect(try await store.execution(cut.id) != nil)
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require((attributes[.posixPermissions] as? NSNumber)?.intValue)
    }
}

/// A pending execution of an exclusive job.
private func sample(minute: Int64 = 0) -> Execution {
    let name = JobName(service: "billing", job: "invoices")
    let occurrence = Instant(secondsSinceEpoch: 1_900_000_000 + minute * 60)
    return Execution(
        id: Execution.id(of: name.id, at: occurrence), jobID: name.id, name: name, occurrence: occurrence,
        createdAt: occurrence, isExclusive: true, schedule: "rate(1 minute)",
        state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30),
        attemptDueAt: occurrence)
}
