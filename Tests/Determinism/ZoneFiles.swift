import Foundation

/// A folder of time zones that a test makes and changes.
public final class ZoneFiles: Sendable {
    /// The path of the folder.
    public let path: String

    /// Creates an empty folder, which is removed with this value.
    public init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "belfry-zones-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Puts a file in the place of the one with this name, as a package manager does: at once.
    public func put(_ name: String, _ file: TZifFile) throws {
        try put(name, bytes: file.bytes)
    }

    /// The same for any bytes.
    public func put(_ name: String, bytes: [UInt8]) throws {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file, options: .atomic)
    }

    /// Makes a link to a path that is relative to the link's folder, or absolute.
    public func link(_ name: String, to destination: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: destination)
    }

    /// Puts a socket in the place of the file with this name, which nobody can open, not even root.
    public func putSocket(_ name: String) throws {
        try remove(name)
        guard mknod("\(path)/\(name)", S_IFSOCK | 0o600, 0) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Removes a file.
    public func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
}
