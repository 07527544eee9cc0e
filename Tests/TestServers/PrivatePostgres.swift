import Foundation

/// A PostgreSQL server for tests, on the loopback.
public struct PrivatePostgres: Sendable {
    /// The folder of the server's log.
    public let folder: String
    public let port: Int

    /// The URL of the database `belfry`.
    public var url: String { "postgres://belfry:secret@127.0.0.1:\(port)/belfry" }

    /// The URL of a store of its own in this database. `name` is of a-z, 0-9 and “_”.
    public func url(store name: String) -> String { "\(url)?options=-c%20search_path%3D\(name)" }

    /// Starts a server, with these lines in its configuration.
    public static func start(_ name: String, settings: [String] = []) async throws -> PrivatePostgres {
        let folder = Project.home(name)
        _ = try? await Program.script("postgres", ["remove", folder])
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try settings.joined(separator: "\n").write(
            toFile: "\(folder)/extra-postgres.conf", atomically: true, encoding: .utf8)
        let server = PrivatePostgres(folder: folder, port: try Project.freePort())
        try await Program.script("postgres", ["start", folder, String(server.port)])
        return server
    }

    /// Kills the server with SIGKILL.
    public func kill() async throws { try await Program.script("postgres", ["kill", folder]) }
    /// Starts the server again, which was killed before.
    public func restart() async throws { try await Program.script("postgres", ["restart", folder]) }
    /// Stops the server, and removes its data.
    public func stop() async throws { try await Program.script("postgres", ["remove", folder]) }
}
