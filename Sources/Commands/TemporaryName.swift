import Foundation

/// New files with a name that nobody can guess, for their owner only (mode 0600).
enum TemporaryName {
    /// Creates a file whose name begins with that of `path`. Throws `CocoaError` if that is not possible.
    static func open(beside path: String) throws(CocoaError) -> (handle: FileHandle, path: String) {
        // mkstemp puts other characters in place of the last six, which must be X.
        var name = Array("\(path).\(String(repeating: "X", count: 6))".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return (handle, String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
