import Foundation
import Glibc
import JobCore
import Logging
import TestServers

@testable import Exporter

/// A folder for the files of one test, which is removed with this value.
final class ExportPlace: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "exporter-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static let silent: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    /// Files that are not open yet.
    func files(_ name: String = "one", fileBytesMax: Int64 = 1 << 20) throws -> EventFiles {
        guard let name = ExporterName(name) else { throw TestFailure("no name: \(name)") }
        return EventFiles(folder: path, name: name, fileBytesMax: fileBytesMax, logger: Self.silent)
    }

    /// Files that are open. The process before this one, which a test left, may not have given its lock back yet.
    func opened(_ name: String = "one", fileBytesMax: Int64 = 1 << 20) async throws -> EventFiles {
        let files = try files(name, fileBytesMax: fileBytesMax)
        return try await until("the lock is free") {
            do {
                try await files.open()
                return files
            } catch is ExporterNameTaken {
                return nil
            }
        }
    }

    /// The paths of all files below the folder, without those of the locks, sorted by the numbers of their names.
    func paths() throws -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains("/") }.sorted { number($0) < number($1) }
    }

    private func number(_ path: String) -> Int64 {
        path.split(separator: "/").last.flatMap { ExportFileName(parsing: String($0))?.number } ?? 0
    }

    func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(path)/\(file)")))
    }

    /// The lines of complete files, as gzip reads them.
    func lines(_ kind: ExportKind = .events) async throws -> [String] {
        var lines: [String] = []
        for file in try paths() where file.hasSuffix(".jsonl.gz") && file.contains("/\(kind.rawValue)-") {
            let read = try await Program.run("/bin/gzip", ["-dc", "\(path)/\(file)"])
            guard read.status == 0 else { throw TestFailure("gzip: \(file): \(read.errors)") }
            lines += read.output.split(separator: "\n").map(String.init)
        }
        return lines
    }

    static func instant(_ text: String) throws -> Instant {
        guard let instant = Instant(rfc3339: "2026-11-27T\(text)Z") else { throw TestFailure(text) }
        return instant
    }

    static func text(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
}
