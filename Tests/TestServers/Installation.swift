internal import Foundation
public import JobCore
internal import HTTPClient

/// All of Belfry, as the real programs on a real RabbitMQ, started by Scripts/up in a folder of the tests' own.
public final class Installation: Sendable {
    public let home: String
    public let settings: [String: String]
    private let web: CurlClient
    private let loop: Task<Void, Never>

    public struct Answer: Sendable {
        public var status: Int
        public var body: JSONValue
    }

    private init(home: String, settings: [String: String]) {
        self.home = home
        self.settings = settings
        let web = CurlClient(
            name: "test-http", addressGuard: nil, maxConnectionsPerHost: 16, userAgent: "test",
            secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
        self.web = web
        loop = Task { await web.run() }
    }

    /// Starts one afresh. Scripts/test stops it when all tests are done.
    public static func start(_ name: String, scale: String = "") async throws -> Installation {
        let home = Project.home(name)
        let environment = ["BELFRY_HOME": home, "BELFRY_PREBUILT": Project.bin, "BELFRY_LOG_LEVEL": "info"]
        _ = try? await Program.script("down", environment: environment)
        try? FileManager.default.removeItem(atPath: home)
        try await Program.script("up", scale.isEmpty ? [] : ["--scale", scale], environment: environment)
        let text = try String(contentsOfFile: "\(home)/env", encoding: .utf8)
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            // The shell's quoting: a backslash before what is special.
            return (String(parts[0]), String(parts[1]).replacing("\\", with: ""))
        }
        return Installation(home: home, settings: Dictionary(pairs) { $1 })
    }

    public func stop() async throws {
        try await Program.script("down", environment: ["BELFRY_HOME": home])
    }

    public var storePath: String { String(settings["BELFRY_STORE_URL", default: ""].dropFirst("sqlite:".count)) }

    // MARK: the programs

    public func pid(_ program: String) -> Int32 {
        let text = try? String(contentsOfFile: "\(home)/pids/\(program)", encoding: .utf8)
        return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    /// Ends a program as `kill -9` does.
    public func killProgram(_ program: String) {
        let pid = pid(program)
        if pid > 0 { kill(pid, SIGKILL) }
    }

    /// Starts a program just as it was started before, with these variables added.
    public func startProgram(_ program: String, environment: [String: String] = [:]) async throws {
        let command = """
            setsid '\(home)/stages/\(program)' >>'\(home)/logs/\(program).log' 2>&1 </dev/null &
            echo $! >'\(home)/pids/\(program)'
            """
        _ = try await Program.run("/bin/sh", ["-c", command], environment: environment)
    }

    public func isAlive(_ program: String) -> Bool {
        let pid = pid(program)
        // A process that has ended but that nobody has waited for is still listed, as a zombie.
        guard pid > 0, let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return false
        }
        return !stat.contains(") Z ")
    }

    /// What a program's `/readyz` answers: its status and its text.
    public func readiness(_ program: String) async throws -> (status: Int, text: String) {
        try await health(program, "readyz")
    }

    /// What a page of a program's health port answers: its status and its text.
    public func health(_ program: String, _ page: String) async throws -> (status: Int, text: String) {
        let script = try String(contentsOfFile: "\(home)/stages/\(program)", encoding: .utf8)
        guard let range = script.firstRange(of: "BELFRY_HEALTH_LISTEN=") else { throw TestFailure("no health port") }
        let address = script[range.upperBound...].prefix { $0 != "\n" }
        let answer = try await http("GET", "http://\(address)/\(page)", body: nil, headers: [:])
        return (answer.status, answer.text)
    }

    /// What a program has logged so far.
    public func log(_ program: String) throws -> String {
        try String(contentsOfFile: "\(home)/logs/\(program).log", encoding: .utf8)
    }

    public func broker(_ action: String) async throws {
        let port = try String(contentsOfFile: "\(home)/broker-port", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        try await Program.script(
            "broker",
            action == "start"
                ? ["start", "\(home)/broker", port, "\(home)/definitions.json"] : [action, "\(home)/broker"])
    }

    /// The command line, with this installation's settings.
    public func belfry(_ arguments: [String]) async throws -> Finished {
        try await Program.run("\(Project.bin)/belfry", arguments, environment: settings)
    }

    // MARK: the API

    public func api(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
        let answer = try await http(
            method, settings["BELFRY_API_URL", default: ""] + path, body: body?.text,
            headers: ["Authorization": "Bearer \(settings["BELFRY_API_KEY", default: ""])"])
        return Answer(status: answer.status, body: (try? JSONValue.parse(Array(answer.text.utf8))) ?? .null)
    }

    /// Any request; status 0 when there was no answer.
    public func http(
        _ method: String, _ url: String, body: String?, headers: [String: String]
    ) async throws -> (status: Int, text: String) {
        var all = headers.map { ClientRequest.Header(name: $0.key, value: $0.value) }
        if body != nil, headers["Content-Type"] == nil {
            all.append(ClientRequest.Header(name: "Content-Type", value: "application/json"))
        }
        let request = ClientRequest(
            method: method, url: url, headers: all, body: Array((body ?? "").utf8), timeoutMilliseconds: 10_000,
            maxBodyBytes: 8 * 1_024 * 1_024)
        switch await web.send(request) {
        case .response(let response): return (response.status, String(decoding: response.body, as: UTF8.self))
        case .failure: return (0, "")
        }
    }

    /// Puts a job of service `test` and answers what the API says.
    @discardableResult
    public func put(_ job: String, _ fields: [String: JSONValue]) async throws -> Answer {
        let defaults: [String: JSONValue] = [
            "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false), "invocation_type": .string("http"),
            "ttl_seconds": .integer(60),
        ]
        return try await api("PUT", "/services/test/jobs/\(job)", .object(defaults.merging(fields) { $1 }))
    }

    public func pause(_ job: String, _ fields: [String: JSONValue]) async throws {
        try await put(job, fields.merging(["enabled": .bool(false)]) { $1 })
    }

    public func executions(of job: String) async throws -> [JSONValue] {
        try await api("GET", "/services/test/jobs/\(job)/executions").body["results"]?.array ?? []
    }
}

extension JSONValue {
    public subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    public var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
