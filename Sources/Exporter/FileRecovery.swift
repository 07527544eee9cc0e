import Glibc
import Gzip

/// Completes a file that a crash left as `NAME.part`.
///
/// Its last member may be cut off: the events in it were not acked, so they come again, and it is taken away. All
/// others are complete, since events are acked after their member is on the disk.
struct FileRecovery {
    /// What became of a file.
    struct Outcome: Equatable {
        /// The bytes of the complete file; 0 if it had no complete member, and was removed.
        var bytes: Int64
        /// The bytes that were taken away.
        var cutBytes: Int64
        /// The bytes taken away are no beginning of a member, and are kept in `NAME.damaged`.
        var isDamaged: Bool
    }

    /// The path of the complete file.
    let path: String
    let folder: String

    private static let chunkBytes = 65_536

    /// Cuts the file, makes it durable and gives it its name. After an error it can be run again.
    func run() throws(ExportFault) -> Outcome {
        let part = path + ExportFileName.partSuffix
        let descriptor = open(part, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw ExportFault(system: "open \(part)") }
        defer { close(descriptor) }
        guard access(path, F_OK) != 0 else { throw ExportFault("complete \(part)", reason: "there is a \(path)") }
        let outcome = try Self.scan(descriptor, part)
        if outcome.isDamaged { try keepRest(of: descriptor, from: outcome.bytes, part) }
        try ExportFault.check(Int(ftruncate(descriptor, off_t(outcome.bytes))), "truncate \(part)")
        try ExportFault.check(Int(fsync(descriptor)), "sync \(part)")
        let answer = outcome.bytes == 0 ? unlink(part) : rename(part, path)
        try ExportFault.check(Int(answer), "rename or remove \(part)")
        try ExportFault.syncFolder(folder)
        return outcome
    }

    private static func scan(_ descriptor: CInt, _ part: String) throws(ExportFault) -> Outcome {
        do {
            var scanner = try GzipScanner()
            var length: Int64 = 0
            while true {
                let chunk = try read(descriptor, at: length, part)
                guard !chunk.isEmpty else { break }
                try scanner.scan(chunk)
                length += Int64(chunk.count)
            }
            let complete = scanner.completeBytes
            return Outcome(bytes: complete, cutBytes: length - complete, isDamaged: scanner.isDamaged)
        } catch let fault as ExportFault {
            throw fault
        } catch {
            throw ExportFault("read \(part)", reason: "\(error)")
        }
    }

    /// Copies what follows, so that nothing is thrown away that may be more than the member of a crash.
    private func keepRest(of descriptor: CInt, from start: Int64, _ part: String) throws(ExportFault) {
        let kept = "\(path).damaged"
        let copy = open(kept, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard copy >= 0 else { throw ExportFault(system: "make \(kept)") }
        defer { close(copy) }
        var position = start
        while true {
            let chunk = try Self.read(descriptor, at: position, part)
            guard !chunk.isEmpty else { break }
            let count = chunk.withUnsafeBytes { pwrite(copy, $0.baseAddress, $0.count, off_t(position - start)) }
            position += Int64(try ExportFault.check(count, "write \(kept)"))
        }
        try ExportFault.check(Int(fsync(copy)), "sync \(kept)")
    }

    /// The bytes at a position; empty at the end of the file.
    private static func read(_ descriptor: CInt, at position: Int64, _ part: String) throws(ExportFault) -> [UInt8] {
        var answer = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
            repeat {
                answer = pread(descriptor, buffer.baseAddress, chunkBytes, off_t(position))
            } while answer < 0 && errno == EINTR
            count = max(0, answer)
        }
        try ExportFault.check(answer, "read \(part)")
        return chunk
    }
}
