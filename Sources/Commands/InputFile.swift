import Foundation

/// Reads the files that a command is given: regular files, pipes such as `/dev/fd/63`, and `-` for standard input.
public enum InputFile {
    /// The largest file that is read.
    public static let bytesMax = 16 * 1_024 * 1_024
    private static let chunkBytes = 65_536

    /// Reads a file up to its end. Throws if it can't be read or is larger than `bytesMax`, of which no more is read.
    public static func read(_ path: String) throws(FileFault) -> [UInt8] {
        let name = displayName(path)
        do {
            let handle = try open(path)
            var bytes: [UInt8] = []
            while let chunk = try handle.read(upToCount: chunkBytes), !chunk.isEmpty {
                bytes += chunk
                guard bytes.count <= bytesMax else {
                    throw FileFault(name, "is too large: give a file of at most 16 MiB")
                }
            }
            return bytes
        } catch let fault as FileFault {
            throw fault
        } catch {
            throw FileFault(name, "can't be read: check its permissions")
        }
    }

    /// Opens a file, or standard input for `-`. Throws if it can't be read.
    static func open(_ path: String) throws(FileFault) -> FileHandle {
        guard path != "-" else { return .standardInput }
        let url = try regularOrPipe(path)
        do {
            return try FileHandle(forReadingFrom: url)
        } catch {
            throw FileFault(path, "can't be read: check its permissions")
        }
    }

    /// Whether a path leads to a regular file, which can be read more than once.
    static func isRegular(_ path: String) -> Bool {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: real)
        return path != "-" && attributes?[.type] as? FileAttributeType == .typeRegular
    }

    /// The path as messages show it.
    static func displayName(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func regularOrPipe(_ path: String) throws(FileFault) -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FileFault(path, "does not exist")
        }
        guard !isFolder.boolValue else { throw FileFault(path, "is a folder: give a file") }
        return URL(filePath: path)
    }
}
