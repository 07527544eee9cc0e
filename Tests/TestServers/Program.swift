import Foundation
import Subprocess
import SystemPackage

/// Runs programs until they end.
public enum Program {
    /// Runs a program, with these variables added to the environment.
    public static func run(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> Finished {
        var changes: [Environment.Key: String?] = [:]
        for (name, value) in environment { changes[Environment.Key(stringLiteral: name)] = value }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments), environment: .inherit.updating(changes),
            output: .string(limit: 1 << 22), error: .string(limit: 1 << 22))
        let (status, wasKilled): (Int32, Bool) =
            switch result.terminationStatus {
            case .exited(let code): (code, false)
            case .signaled(let signal): (signal, true)
            }
        return Finished(
            status: status, wasKilled: wasKilled, output: result.standardOutput, errors: result.standardError)
    }

    /// Runs one of the project's scripts and returns its output. Throws unless it exits with 0.
    @discardableResult
    public static func script(
        _ name: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> String {
        let finished = try await run("\(Project.root)/Scripts/\(name)", arguments, environment: environment)
        guard finished.status == 0 else {
            throw TestFailure("Scripts/\(name) exited with \(finished.status): \(finished.errors.suffix(2_000))")
        }
        return finished.output
    }

    /// Whether a process runs. The main thread of a killed process may end before the others, and only the last one
    /// closes its ports and files. A process that has ended stays a zombie until its parent waits for it.
    public static func isRunning(_ pid: Int32) -> Bool {
        guard pid > 0, let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else {
            return false
        }
        return !(status.contains("\nState:\tZ") && status.contains("\nThreads:\t1\n"))
    }
}
