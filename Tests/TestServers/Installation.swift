import Foundation
import HTTPClient
public import JSON
import Synchronization

/// An installation of Belfry for tests: the real programs on a real RabbitMQ, started by `Scripts/up` in their own
/// folder.
public final class Installation: Sendable {
    /// The folder of the installation.
    public let home: String
    /// The settings that `Scripts/up` wrote, by variable.
    public let settings: [String: String]
    /// The nodes of its RabbitMQ: one, or a cluster of three.
    public let nodeCount: Int
    let web: CurlClient
    /// The folder of the PostgreSQL server that takes writes.
    let primary = Mutex("postgres")
    private let environment: [String: String]
    private let loop: Task<Void, Never>

    /// An answer of the admin API.
    public struct Answer: Sendable {
        /// The HTTP status; 0 if there was no answer.
        public var status: Int
        /// The body, or `null` if it is not JSON.
        public var body: JSONValue
    }

    private init(home: String, settings: [String: String], nodeCount: Int, environment: [String: String]) {
        self.home = home
        self.nodeCount = nodeCount
        self.environment = environment
        self.settings = settings
        let web = CurlClient(
            name: "test-http", addressGuard: nil, maxConnectionsPerHost: 16, userAgent: "test",
            secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
        self.web = web
        loop = Task { await web.run() }
    }

    /// Starts a new installation, whose programs get these variables. `Scripts/test` stops it after all tests. `store`,
    /// `standby` and `nodes` are as `Scripts/up` takes them.
    /// `prepare` may put files into its empty folder before.
    public static func start(
        _ name: String, scale: String = "", store: String = "sqlite", standby: Bool = false, nodes: Int = 1,
        environment: [String: String] = [:],
        prepare: (_ home: String) throws -> Void = { _ in }
    ) async throws -> Installation {
        let home = Project.home(name)
        let variables = ["BELFRY_HOME": home, "BELFRY_PREBUILT": Project.bin, "BELFRY_LOG_LEVEL": "info"]
            .merging(environment) { $1 }
        _ = try? await Program.script("down", environment: variables)
        for server in ["standby", "postgres"] {
            _ = try? await Program.script("postgres", ["remove", "\(home)/\(server)"], environment: variables)
        }
        try? FileManager.default.removeItem(atPath: home)
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try prepare(home)
        let options = (standby ? ["--standby"] : []) + (scale.isEmpty ? [] : ["--scale", scale])
        try await Program.script("up", ["--store", store, "--nodes", "\(nodes)"] + options, environment: variables)
        let text = try String(contentsOfFile: "\(home)/env", encoding: .utf8)
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            // The shell's quoting puts a backslash before special characters.
            return (String(parts[0]), String(parts[1]).replacing("\\", with: ""))
        }
        return Installation(
            home: home, settings: Dictionary(pairs) { $1 }, nodeCount: nodes, environment: environment)
    }

    /// Runs `body` with a new installation, which it stops after an error, too.
    public static func with(
        _ name: String, environment: [String: String], _ body: (Installation) async throws -> Void
    ) async throws {
        let installation = try await start(name, environment: environment)
        do {
            try await body(installation)
        } catch {
            try? await installation.stop()
            throw error
        }
        try await installation.stop()
    }

    /// Stops all programs and the broker.
    public func stop() async throws {
        try await Program.script("down", environment: ["BELFRY_HOME": home])
    }

    /// The path of the SQLite file.
    public var storePath: String { String(settings["BELFRY_STORE_URL", default: ""].dropFirst("sqlite:".count)) }

    /// The pid of a program such as `courierd.1`; 0 if it was not started.
    public func pid(_ program: String) -> Int32 {
        let text = try? String(contentsOfFile: "\(home)/pids/\(program)", encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    /// Kills a program with SIGKILL.
    public func killProgram(_ program: String) {
        let pid = pid(program)
        if pid > 0 { kill(pid, SIGKILL) }
    }

    /// Starts a program with its previous settings, and with these variables added. `openFilesMax` limits the files
    /// that it may have open. The earlier process of the program may just have been killed: this waits until it has
    /// ended, since it has the ports until then.
    public func startProgram(
        _ program: String, environment: [String: String] = [:], openFilesMax: Int? = nil
    ) async throws {
        if pid(program) > 0 { try await untilEnded(program) }
        let command = """
            \(openFilesMax.map { "ulimit -n \($0)" } ?? "")
            setsid '\(home)/stages/\(program)' >>'\(home)/logs/\(program).log' 2>&1 </dev/null &
            echo $! >'\(home)/pids/\(program)'
            """
        _ = try await Program.run(
            "/bin/sh", ["-c", command], environment: self.environment.merging(environment) { $1 })
    }

    /// Runs `body` while one more process runs, such as `ingesterd.2`: with the settings of another one but for these.
    public func with(
        _ program: String, like other: String, settings changes: [String: String], _ body: () async throws -> Void
    ) async throws {
        var script = try String(contentsOfFile: "\(home)/stages/\(other)", encoding: .utf8)
        for (variable, value) in changes {
            script = script.replacing("\(variable)=\(try setting(variable, of: other))", with: "\(variable)=\(value)")
        }
        let path = "\(home)/stages/\(program)"
        try Data(script.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        try await startProgram(program)
        do {
            try await body()
        } catch {
            killProgram(program)
            throw error
        }
        try await endProgram(program)
        try FileManager.default.removeItem(atPath: path)
    }

    /// Whether a program runs.
    public func isAlive(_ program: String) -> Bool { Program.isRunning(pid(program)) }

    /// Returns status and text of a program's `/readyz`.
    public func readiness(_ program: String) async throws -> (status: Int, text: String) {
        try await health(program, "readyz")
    }

    /// Returns status and text of a page on a program's health port.
    public func health(_ program: String, _ page: String) async throws -> (status: Int, text: String) {
        let address = try setting("BELFRY_HEALTH_LISTEN", of: program)
        let answer = try await http("GET", "http://\(address)/\(page)", body: nil, headers: [:])
        return (answer.status, answer.text)
    }

    /// Returns a setting of a program's own.
    public func setting(_ variable: String, of program: String) throws -> String {
        let script = try String(contentsOfFile: "\(home)/stages/\(program)", encoding: .utf8)
        guard let range = script.firstRange(of: "\(variable)=") else {
            throw TestFailure("\(program) has no \(variable)")
        }
        return String(script[range.upperBound...].prefix { $0 != "\n" })
    }

    /// Returns the password of a broker user such as `belfry-service`.
    public func password(of user: String) throws -> String {
        let lines = try String(contentsOfFile: "\(home)/passwords", encoding: .utf8).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("\(user)=") }) else {
            throw TestFailure("\(user) has no password")
        }
        return String(line.dropFirst(user.count + 1))
    }

    /// Publishes as a broker user, like a stranger who has its password.
    public func foreignPublisher(_ user: String) throws -> ForeignPublisher {
        let port = try String(contentsOfFile: "\(home)/broker-port", encoding: .utf8)
        return try ForeignPublisher(
            user: user, password: try password(of: user),
            port: Int(port.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
    }

    /// Returns the log of a program.
    public func log(_ program: String) throws -> String {
        try String(contentsOfFile: "\(home)/logs/\(program).log", encoding: .utf8)
    }

    /// Runs the command line with this installation's settings.
    public func belfry(_ arguments: [String]) async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", arguments, environment: settings)
    }
}
