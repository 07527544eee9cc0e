import Foundation
import GRDB
import Store
import Testing

@testable import SQLiteStore

/// Whether `/readyz` says that a store can be written to. EndToEndTests try a full disk and a read-only one on a real
/// program: a test that runs as root is stopped by no permission.
@Suite struct `The check of a store's disk` {
    @Test func `answers at once while another program keeps the store locked, and takes no lock itself`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        // A check that waited for the lock would take longer than the test may.
        let store = try SQLiteStore(path: folder.file, lockWaitSeconds: 600, logger: folder.logger)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .immediateError
        let other = try DatabaseQueue(path: folder.file, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.exclusive) }
        let begun = ContinuousClock.now
        for _ in 0..<100 { try await store.checkWritable() }
        #expect(ContinuousClock.now - begun < .seconds(30))
        try await other.writeWithoutTransaction { try $0.rollback() }

        // With a busy mode that fails at once, no write meets a lock of the check.
        let checks = Task {
            while !Task.isCancelled { try await store.checkWritable() }
        }
        for _ in 0..<200 { try await other.write { try $0.execute(sql: "PRAGMA user_version = 0") } }
        checks.cancel()
        try await checks.value
    }

    @Test func `leaves nothing behind`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await store.checkWritable() } }
            try await group.waitForAll()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }

    @Test func `fails when the database or its folder is gone`() async throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        try FileManager.default.removeItem(atPath: folder.file)
        await #expect(throws: StorageFault.self) { try await store.checkWritable() }
        folder.remove()
        await #expect(throws: StorageFault.self) { try await store.checkWritable() }
    }

    @Test func `writes the page, so that a full disk is noticed`() {
        #expect(DiskProbe.writePage(to: "/dev/full") == ENOSPC)
        #expect(DiskProbe.writePage(to: "/no/such/folder/file") == ENOENT)
    }

    @Test func `writes beside the database that a link leads to, not beside the link`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (elsewhere, link) = (folder.path + "/elsewhere", folder.path + "/link.db")
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: elsewhere + "/real.db"))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: elsewhere + "/real.db")
        // Not even root can write here: the place is taken by a folder.
        try FileManager.default.createDirectory(
            atPath: elsewhere + "/real.db-probe", withIntermediateDirectories: false)
        #expect(throws: StorageFault.self) { try DiskProbe(path: link).run() }
        try FileManager.default.removeItem(atPath: elsewhere + "/real.db-probe")
        try DiskProbe(path: link).run()
    }

    @Test func `follows no link that a stranger put in the place of its file`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let victim = folder.path + "/victim"
        try Data("kept".utf8).write(to: URL(filePath: victim))
        try FileManager.default.createSymbolicLink(atPath: folder.file + "-probe", withDestinationPath: victim)
        await #expect(throws: StorageFault.self) { try await store.checkWritable() }
        #expect(FileManager.default.contents(atPath: victim) == Data("kept".utf8))
        try await store.checkWritable()
    }

    @Test(arguments: [
        (ENOSPC, StorageFault.Kind.full), (EDQUOT, .full), (EROFS, .notWritable), (EACCES, .notWritable),
        (EPERM, .notWritable), (EIO, .failing), (ENOENT, .failing),
    ])
    func `answers what is wrong with the disk, and keeps its place for the log`(
        number: CInt, kind: StorageFault.Kind
    ) {
        let fault = DiskProbe.fault("/the/path", number)
        #expect(fault.kind == kind && fault.description == kind.rawValue && !fault.description.contains("/"))
        for text in ["/the/path", String(cString: strerror(number))] { #expect(fault.detail.contains(text)) }
    }
}
