import Foundation

/// A file that is there as a whole or not at all: it is written beside its place under another name, brought to the
/// disk, and then renamed. Only its owner may read it.
public final class NewFile {
    private let path: String
    private let handle: FileHandle
    private let temporaryPath: String
    private var isFinished = false

    /// Begins a file, which replaces a regular file at the same place when it is finished. Throws if there is anything
    /// else, or if the folder can't be written to.
    public init(_ path: String) throws(FileFault) {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        if FileManager.default.fileExists(atPath: real), !InputFile.isRegular(real) {
            throw FileFault(path, "is a folder or a device: give the name of a file")
        }
        do {
            (handle, temporaryPath) = try TemporaryName.open(beside: real)
        } catch {
            throw FileFault(path, "can't be written: check that its folder exists, and its permissions")
        }
        self.path = real
    }

    deinit {
        if !isFinished { unlink(temporaryPath) }
    }

    /// Adds a line. Throws if the disk doesn't take it.
    public func write(line: String) throws(FileFault) {
        do {
            try handle.write(contentsOf: Data("\(line)\n".utf8))
        } catch {
            throw FileFault(path, "can't be written: \(error.localizedDescription)")
        }
    }

    /// Brings the file to the disk and to its place. Throws if that fails; then the place is as it was.
    public func finish() throws(FileFault) {
        guard fsync(handle.fileDescriptor) == 0, rename(temporaryPath, path) == 0 else {
            throw FileFault(path, "can't be written: \(String(cString: strerror(errno)))")
        }
        isFinished = true
        // A rename is on the disk once its folder is.
        let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
