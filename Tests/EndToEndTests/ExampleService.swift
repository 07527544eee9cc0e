import Foundation
import TestServers

/// A service of `examples/`, as a program of its own.
struct ExampleService {
    private let pid: Int32
    private let logPath: String

    /// What it has printed so far.
    var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    /// Starts a service for the jobs of `test`, or another command in its place. `Scripts/test` stops it if the test
    /// does not.
    static func start(
        _ name: String, for belfry: Installation, environment: [String: String], command: String? = nil
    ) async throws -> ExampleService {
        let secret = try await belfry.belfry(["keys", "webhook-secret", "test"]).output
        var variables = environment
        variables["BELFRY_STARTED_IN"] = "\(belfry.home)/pids"
        // The first secret is an old one, as while a service replaces its secret.
        variables["BELFRY_WEBHOOK_SECRET"] =
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n\(secret.trimmingCharacters(in: .whitespacesAndNewlines))"
        variables["STEP_SECONDS"] = environment["STEP_SECONDS", default: "0.1"]
        variables["PYTHONUNBUFFERED"] = "1"
        let logPath = "\(belfry.home)/logs/\(name).log"
        let example = command == nil ? try await commandOfExample(name) : ""
        let line = """
            setsid \(command ?? example) >'\(logPath)' 2>&1 </dev/null &
            echo $! | tee '\(belfry.home)/pids/\(name)'
            """
        let started = try await Program.run("/bin/sh", ["-c", line], environment: variables)
        guard let pid = Int32(started.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestFailure("\(name) was not started: \(started.errors)")
        }
        return ExampleService(pid: pid, logPath: logPath)
    }

    /// The number of bytes that it has printed so far, for `untilItPrints`.
    var logBytes: Int { log.utf8.count }

    /// Waits until it has printed a text, not counting the first bytes of the log.
    func untilItPrints(_ text: String, after bytes: Int = 0) async throws {
        _ = try await until("the log has “\(text)”", withinSeconds: 90) {
            log.utf8.dropFirst(bytes).contains(text.utf8) ? true : nil
        }
    }

    /// Runs a job with `run` while no callback can be made, and lets callbacks through once the service has missed
    /// Belfry. Returns the id of the run.
    func duringAnOutage(of belfry: Installation, _ run: () async throws -> String) async throws -> String {
        let before = logBytes
        belfry.killProgram("ingesterd.1")
        let id = try await run()
        try await untilItPrints("can't be reached", after: before)
        try await belfry.untilEnded("ingesterd.1")
        try await belfry.startProgram("ingesterd.1")
        return id
    }

    /// Those of the examples whose tool chain is installed, in a version that is new enough.
    static func runnable(_ names: [String]) async throws -> [String] {
        let needed = [
            "webhook-node": "node -p 'if (parseInt(process.versions.node) < 18) process.exit(1)'",
            "webhook-go": "go version | grep -qE 'go1\\.(2[1-9]|[3-9][0-9])'",
        ]
        var runnable: [String] = []
        for name in names {
            let check = try await Program.run("/bin/sh", ["-c", needed[name] ?? "true"])
            if check.status == 0 { runnable.append(name) }
        }
        return runnable
    }

    /// The command that runs an example.
    static func commandOfExample(_ name: String) async throws -> String {
        let folder = "\(Project.root)/examples/\(name)"
        if name.hasSuffix("python") {
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            return "'\(python)' '\(folder)/\(name.hasPrefix("events") ? "subscriber" : "service").py'"
        }
        if name.hasSuffix("node") { return "node '\(folder)/service.mjs'" }
        if name.hasSuffix("go") {
            let program = "\(Project.home(name))/service"
            let build = try await Program.run(
                "/bin/sh", ["-c", "cd '\(folder)' && GOTOOLCHAIN=local go build -o '\(program)' ."])
            guard build.status == 0 else { throw TestFailure("\(name) can't be built: \(build.errors)") }
            return "'\(program)'"
        }
        guard FileManager.default.isExecutableFile(atPath: "\(Project.bin)/\(name)") else {
            throw TestFailure("\(name) is not built: set BELFRY_EXAMPLES=1 for the build, as Scripts/test does")
        }
        return "'\(Project.bin)/\(name)'"
    }

    /// Ends it.
    func stop() { kill(pid, SIGTERM) }
}
