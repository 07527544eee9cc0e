import Foundation
import InMemoryLogging
import Logging
import SQLiteStore

/// A folder for one test's files.
struct TemporaryFolder {
    let path: String
    /// The log of `store()`.
    let log = InMemoryLogHandler()

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("belfry-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    var logger: Logger {
        Logger(label: "test") { [log] _ in log }
    }

    var file: String { path + "/belfry.sqlite" }

    func store() throws -> SQLiteStore {
        try SQLiteStore(path: file, logger: logger)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
