import Glibc

/// A file that is being written: `NAME.part`, and `NAME` once it is complete.
///
/// After any error the same can be tried again: what was not durable is cut off first.
final class PartFile {
    let name: ExportFileName
    let hour: ExportHour
    /// The length up to which all is on the disk.
    private(set) var durableBytes: Int64 = 0
    private let folder: String
    private let descriptor: CInt
    /// A try to write has failed, and the file may be longer than what is durable.
    private var hasRest = false
    private var isRenamed = false

    /// Readable by the owner and the group, unless the umask takes that away.
    private static let mode: mode_t = 0o640

    /// Makes the file in the folder of its day. Throws if there is a file of this name.
    init(_ name: ExportFileName, hour: ExportHour, in folder: String) throws(ExportFault) {
        (self.name, self.hour, self.folder) = (name, hour, folder)
        guard access("\(folder)/\(name.text)", F_OK) != 0 else {
            throw ExportFault("make \(folder)/\(name.text)", reason: "there is one")
        }
        let path = "\(folder)/\(name.text)\(ExportFileName.partSuffix)"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else { throw ExportFault(system: "make \(path)") }
        try ExportFault.syncFolder(folder)
    }

    deinit { close(descriptor) }

    private var part: String { "\(folder)/\(name.text)\(ExportFileName.partSuffix)" }

    /// Writes a member behind those that are there, and returns once it is on the disk.
    func append(_ member: [UInt8]) throws(ExportFault) {
        try cutRest()
        hasRest = true
        var written = 0
        while written < member.count {
            let count = member.withUnsafeBytes { bytes in
                pwrite(
                    descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                    off_t(durableBytes) + written)
            }
            if count < 0, errno == EINTR { continue }
            written += try ExportFault.check(count, "write \(part)")
        }
        try ExportFault.check(Int(fdatasync(descriptor)), "sync \(part)")
        durableBytes += Int64(member.count)
        hasRest = false
    }

    /// Gives the file its name, and returns once that is on the disk. A file without a member is removed. The file must
    /// not be used afterwards.
    func complete() throws(ExportFault) {
        try cutRest()
        if !isRenamed {
            try ExportFault.check(Int(fsync(descriptor)), "sync \(part)")
            let answer = durableBytes == 0 ? unlink(part) : rename(part, "\(folder)/\(name.text)")
            try ExportFault.check(Int(answer), "rename or remove \(part)")
            isRenamed = true
        }
        try ExportFault.syncFolder(folder)
    }

    private func cutRest() throws(ExportFault) {
        guard hasRest else { return }
        try ExportFault.check(Int(ftruncate(descriptor, off_t(durableBytes))), "truncate \(part)")
        hasRest = false
    }
}
