import Foundation
import TestServers

/// A file of packaging/systemd.
struct UnitFile: Sendable {
    /// The values of each key, in their order, whatever section they are in.
    private var values: [String: [String]] = [:]

    /// The unit of a daemon, and what all units share.
    init(daemon: String) throws {
        try self.init("belfry-\(daemon)@.service", "belfry-.service.d/00-belfry.conf")
    }

    init(_ names: String...) throws {
        for name in names {
            for line in try Self.text("systemd/\(name)").split(separator: "\n") where !line.hasPrefix("#") {
                guard let sign = line.firstIndex(of: "=") else { continue }
                values[String(line[..<sign]), default: []].append(String(line[line.index(after: sign)...]))
            }
        }
    }

    subscript(key: String) -> [String] { values[key] ?? [] }

    /// The variables that the unit itself sets.
    var environment: [(name: String, value: String)] {
        self["Environment"].flatMap { $0.split(separator: " ") }.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return (String(parts[0]), String(parts[1]))
        }
    }

    /// The text of a file of packaging/.
    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(Project.root)/packaging/\(path)", encoding: .utf8)
    }

    /// The names of the files in a folder of packaging/.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(Project.root)/packaging/\(folder)").sorted()
    }

    static let analyzer = "/usr/bin/systemd-analyze"
    static let hasAnalyzer = FileManager.default.isExecutableFile(atPath: analyzer)

    /// Whether systemd's own figure for what a unit may do, from 0 to 10, is at most the limit.
    static func exposure(ofDaemon daemon: String, isAtMost limit: Double) async throws -> Bool {
        let finished = try await Program.run(
            analyzer,
            [
                "security", "--offline=true", "--no-pager", "--threshold=\(Int(limit * 10))",
                "\(Project.root)/packaging/systemd/belfry-\(daemon)@.service",
            ])
        return finished.status == 0
    }
}
