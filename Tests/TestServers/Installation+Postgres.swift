import Foundation
import Synchronization

/// The PostgreSQL server of an installation that was started with `--store postgres`.
extension Installation {
    private var folder: String { "\(home)/\(primary.withLock { $0 })" }

    /// Whether the store is in PostgreSQL.
    public var usesPostgres: Bool { settings["BELFRY_STORE_URL", default: ""].hasPrefix("postgres") }

    /// Does `kill`, `stop` or `restart` to the server; with a standby, to the one that takes writes.
    public func postgres(_ action: String) async throws {
        try await Program.script("postgres", [action, folder], environment: ["BELFRY_HOME": home])
    }

    /// Kills the server that takes writes, and has the standby take its place. An installation that was started with a
    /// standby has none then, until `renewStandby`.
    public func failOver() async throws {
        try await postgres("kill")
        primary.withLock { $0 = other($0) }
        try await postgres("promote")
    }

    /// Replaces the server that was killed by a standby on its port, with a copy of the data.
    public func renewStandby() async throws {
        let standby = "\(home)/\(other(primary.withLock { $0 }))"
        let port = try String(contentsOfFile: "\(standby)/postgres-port", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        for arguments in [["remove", standby], ["standby", standby, port, folder]] {
            try await Program.script("postgres", arguments, environment: ["BELFRY_HOME": home])
        }
    }

    private func other(_ server: String) -> String { server == "postgres" ? "standby" : "postgres" }

    /// The pids of the server and of the processes that it has started.
    public func storePIDs() throws -> [Int32] {
        let first = try String(contentsOfFile: "\(folder)/postgres.pid", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let others = try String(contentsOfFile: "/proc/\(first)/task/\(first)/children", encoding: .utf8)
        return ([first] + others.split(separator: " ").map(String.init)).compactMap { Int32($0) }
    }

    /// Locks the executions for this time, in a session of its own.
    public func lockStore(for duration: Duration) async throws -> Finished {
        let seconds = duration.components.seconds
        let sql = "BEGIN; LOCK TABLE belfry.execution IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(\(seconds)); COMMIT"
        return try await Program.run("/usr/bin/psql", [settings["BELFRY_STORE_URL", default: ""], "-c", sql])
    }
}
