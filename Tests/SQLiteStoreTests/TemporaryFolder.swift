import Foundation
import SQLiteStore

/// A folder for one test's files.
struct TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("belfry-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    var file: String { path + "/belfry.sqlite" }

    func store() throws -> SQLiteStore {
        try SQLiteStore(path: file)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
