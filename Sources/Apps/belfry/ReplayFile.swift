import Commands
import Foundation
import Glibc

/// The file of `--resume`. It is replaced as a whole, so it always holds a position.
struct ReplayFile {
    let path: String
    /// The position that the file had at first; nil for a new file.
    let position: ReplayPosition?

    /// Reads the file, if it exists. Throws ``FileFault`` if it is no position for the request.
    init(path: String, request: ReplayPosition.Request) throws {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            position = nil
            return
        }
        position = try ReplayPosition.read(try InputFile.read(path), file: path, for: request)
    }

    /// Writes a position, and waits until the disk has it. Throws ``Refused``.
    func write(_ position: ReplayPosition) throws {
        let draft = path + ".new"
        do {
            try Data(try position.bytes()).write(to: URL(filePath: draft))
            let handle = try FileHandle(forWritingTo: URL(filePath: draft))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw Refused("\(draft) can't be written: check the folder's permissions and its disk")
        }
        guard rename(draft, path) == 0 else { throw Refused("\(path) can't be replaced: check its permissions") }
        guard Self.sync(folder: URL(filePath: path).deletingLastPathComponent().path) else {
            throw Refused("the folder of \(path) can't be written: check its permissions and its disk")
        }
    }

    /// Makes a rename in the folder durable. False if that fails.
    private static func sync(folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
