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
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw \(secret.trimmingCharacters(in: .whitespacesAndNewlines))"
        variables["STEP_SECONDS"] = "0.1"
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

    /// The command that runs an example.
    private static func commandOfExample(_ name: String) async throws -> String {
        let folder = "\(Project.root)/examples/\(name)"
        if name.hasSuffix("python") {
            let python = try await Program.script("python").trimmingCharacters(in: .whitespacesAndNewlines)
            return "'\(python)' '\(folder)/service.py'"
        }
        if name.hasSuffix("node") {
            guard try await Program.run("/bin/sh", ["-c", "command -v node"]).status == 0 else {
                throw TestFailure("there is no node: run Scripts/bootstrap")
            }
            return "node '\(folder)/service.mjs'"
        }
        guard FileManager.default.isExecutableFile(atPath: "\(Project.bin)/\(name)") else {
            throw TestFailure("\(name) is not built: set BELFRY_EXAMPLES=1 for the build, as Scripts/test does")
        }
        return "'\(Project.bin)/\(name)'"
    }

    /// Ends it.
    func stop() { kill(pid, SIGTERM) }
}
