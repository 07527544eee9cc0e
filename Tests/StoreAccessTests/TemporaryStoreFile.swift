import Foundation

/// A file of SQLite in the system's folder of temporary files.
struct TemporaryStoreFile {
    let path = FileManager.default.temporaryDirectory.appending(path: "belfry-\(UUID().uuidString).sqlite").path

    var url: String { "sqlite:\(path)" }

    func remove() {
        for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
}
