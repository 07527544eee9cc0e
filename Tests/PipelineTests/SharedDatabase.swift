import Foundation
import Logging
import SQLiteStore

/// A database for many worlds, in memory where the machine has such a folder.
struct SharedDatabase {
    let store: SQLiteStore
    private let folder: String

    init() throws {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        folder = "\(parent)/belfry-pipeline-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        store = try SQLiteStore(path: folder + "/belfry.sqlite", logger: Logger(label: "store"))
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
