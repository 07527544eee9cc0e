import CoreMetrics
import Glibc
import Gzip
public import JobCore
public import Logging
import Threads

/// The files that are being written, one of each kind. It works on a thread of its own, since a disk may be slow.
///
/// After an error of any function the same can be called again.
public actor EventFiles {
    private let path: String
    private let name: ExporterName
    private let fileBytesMax: Int64
    private let logger: Logger
    private let bytes = Counter(label: "belfry_export_bytes_total", dimensions: [])
    private let completed = Counter(label: "belfry_export_files_total", dimensions: [])
    private var folder: ExportFolder?
    private var isRecovered = false
    private var files: [ExportKind: PartFile] = [:]
    private nonisolated let executor: ThreadExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens nothing yet. `fileBytesMax` is the size that a compressed file may have.
    public init(folder: String, name: ExporterName, fileBytesMax: Int64, logger: Logger) {
        (path, self.name, self.fileBytesMax, self.logger) = (folder, name, fileBytesMax, logger)
        executor = ThreadExecutor(name: "files", parker: SocketParker())
    }

    deinit { executor.stop() }

    /// Locks the folder, and completes the files that a crash left there. Throws `ExporterNameTaken`, or `ExportFault`
    /// if that fails now.
    public func open() throws {
        let folder = try self.folder ?? ExportFolder(path, exporter: name)
        self.folder = folder
        guard !isRecovered else { return }
        try folder.recover { file, outcome in
            completed.increment()
            let metadata: Logger.Metadata = [
                "file": "\(file)", "bytes": "\(outcome.bytes)", "cut_bytes": "\(outcome.cutBytes)",
            ]
            if outcome.isDamaged {
                logger.error("a file was damaged, kept the rest as .damaged", metadata: metadata)
            } else {
                logger.notice("completed a file that was left unfinished", metadata: metadata)
            }
        }
        isRecovered = true
    }

    /// Writes lines, and returns once they are on the disk. Lines of both kinds: the rejected first. Throws
    /// `ExportFault`, or `GzipError`.
    public func write(_ lines: [ExportKind: [UInt8]], at now: Instant) throws {
        let hour = ExportHour(now)
        try complete { $0.hour != hour }
        for kind in ExportKind.allCases {
            guard let text = lines[kind], !text.isEmpty else { continue }
            let member = try GzipMember.compressed(text)
            try complete { file in
                file.name.kind == kind
                    && FileEnd.isReached(
                        hour: file.hour, bytes: file.durableBytes, adding: member.count, now: hour,
                        bytesMax: fileBytesMax)
            }
            try file(kind, hour).append(member)
            bytes.increment(by: Int64(member.count))
        }
    }

    /// Completes the files of hours that are over. Throws `ExportFault`.
    public func completeDue(at now: Instant) throws {
        let hour = ExportHour(now)
        try complete { file in
            FileEnd.isReached(hour: file.hour, bytes: file.durableBytes, adding: 0, now: hour, bytesMax: fileBytesMax)
        }
    }

    /// Completes all files, and gives the lock back. Throws `ExportFault`; what is not completed then is when the next
    /// process opens the folder.
    public func close() throws {
        try complete { _ in true }
        folder = nil
        isRecovered = false
    }

    private func file(_ kind: ExportKind, _ hour: ExportHour) throws -> PartFile {
        if let file = files[kind] { return file }
        guard let folder else { throw ExportFault("write", reason: "the folder is not open") }
        let file = try folder.makeFile(kind, hour)
        files[kind] = file
        return file
    }

    private func complete(where isDue: (PartFile) -> Bool) throws(ExportFault) {
        for (kind, file) in files where isDue(file) {
            do throws(ExportFault) {
                try file.complete()
            } catch {
                guard error.code == ENOENT else { throw error }
                files[kind] = nil
                logger.error(
                    "a file is no longer where it was written, nothing is added to it", metadata: ["error": "\(error)"])
                continue
            }
            files[kind] = nil
            completed.increment()
            logger.info("file completed", metadata: ["file": "\(file.name.text)", "bytes": "\(file.durableBytes)"])
        }
    }
}
