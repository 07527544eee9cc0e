import Foundation
import Glibc

/// The folder of the files, as one exporterd uses it: `FOLDER/DAY/NAME`.
///
/// `FOLDER/<exporter>.lock` keeps a second process with the same name out, and holds the number of the last file. So
/// no number is given twice, although completed files may have been moved elsewhere.
final class ExportFolder {
    let path: String
    private let exporter: ExporterName
    private let lock: CInt
    private var lastNumber: Int64 = 0

    private static let numberBytes = 20

    /// Opens a folder that exists. It isn't made: a folder whose disk isn't mounted must be missed.
    ///
    /// Throws `ExporterNameTaken` if another process uses this name there, and `ExportFault`.
    init(_ path: String, exporter: ExporterName) throws {
        (self.path, self.exporter) = (path, exporter)
        let file = "\(path)/\(exporter.text).lock"
        lock = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard lock >= 0 else { throw ExportFault(system: "open \(file)") }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { throw ExporterNameTaken(name: exporter.text, folder: path) }
            throw ExportFault(system: "lock \(file)")
        }
        try ExportFault.syncFolder(path)
        lastNumber = try readNumber(file)
    }

    /// The lock ends with its descriptor.
    deinit { close(lock) }

    /// Makes the next file.
    func makeFile(_ kind: ExportKind, _ hour: ExportHour) throws(ExportFault) -> PartFile {
        let folder = "\(path)/\(hour.day)"
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else { throw ExportFault(system: "make \(folder)") }
        // Also a folder that was there: it may have been made by a try whose sync failed.
        try ExportFault.syncFolder(path)
        let name = ExportFileName(kind: kind, hour: hour, exporter: exporter, number: try takeNumber())
        return try PartFile(name, hour: hour, in: folder)
    }

    /// Completes all files of this name that were being written when the process before this one ended, and calls
    /// `report` for each. After an error it can be called again.
    func recover(_ report: (String, FileRecovery.Outcome) -> Void) throws(ExportFault) {
        for day in try Self.list(path) where day.wholeMatch(of: #/\d{4}-\d\d-\d\d/#) != nil {
            let folder = "\(path)/\(day)"
            for file in try Self.list(folder) {
                guard let name = ExportFileName(parsing: file), name.exporter == exporter else { continue }
                lastNumber = max(lastNumber, name.number)
                guard file.hasSuffix(ExportFileName.partSuffix) else { continue }
                report(name.text, try FileRecovery(path: "\(folder)/\(name.text)", folder: folder).run())
            }
        }
    }

    private func takeNumber() throws(ExportFault) -> Int64 {
        lastNumber += 1
        let digits = String(lastNumber)
        let text = String(repeating: "0", count: Self.numberBytes - 1 - digits.utf8.count) + digits + "\n"
        let count = pwrite(lock, text, Self.numberBytes, 0)
        guard try ExportFault.check(count, "write the lock file in \(path)") == Self.numberBytes else {
            throw ExportFault("write the lock file in \(path)", reason: "only a part was written")
        }
        try ExportFault.check(Int(fdatasync(lock)), "sync the lock file in \(path)")
        return lastNumber
    }

    /// The number that was given last; 0 if the file is new or was changed by somebody.
    private func readNumber(_ file: String) throws(ExportFault) -> Int64 {
        var bytes = [UInt8](repeating: 0, count: Self.numberBytes)
        let count = try ExportFault.check(pread(lock, &bytes, bytes.count, 0), "read \(file)")
        let number = Int64(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        return number.map { max(0, min($0, Int64.max / 16)) } ?? 0
    }

    private static func list(_ folder: String) throws(ExportFault) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw ExportFault("list \(folder)", reason: "\(error)")
        }
    }
}
