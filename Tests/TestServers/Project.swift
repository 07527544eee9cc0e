internal import Foundation
internal import Subprocess
internal import SystemPackage

/// Where the project, its built programs and the tests' own servers are.
public enum Project {
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    /// The folder that this test runner was built into, the programs beside it.
    public static let bin = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    /// A port on the loopback that nobody listens on.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: in_addr_t(INADDR_LOOPBACK).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard isBound else { throw TestFailure("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// A folder for servers of this name. Scripts/test says where, and cleans up there whatever happens.
    public static func home(_ name: String) -> String {
        let base = ProcessInfo.processInfo.environment["BELFRY_TEST_HOME"] ?? "\(root)/.belfry/test"
        return "\(base)/\(name)"
    }
}

/// What a finished program left.
public struct Finished: Sendable {
    public var status: Int32
    /// True when a signal ended it; `status` is the signal then.
    public var wasKilled: Bool
    public var output: String
    public var errors: String
}

/// Programs, run to their end.
public enum Program {
    /// Runs a program with these variables added to the environment.
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

    /// Runs one of the project's scripts, which must succeed.
    @discardableResult
    public static func script(
        _ name: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> String {
        let finished = try await run("\(Project.root)/Scripts/\(name)", arguments, environment: environment)
        guard finished.status == 0 else {
            throw TestFailure("Scripts/\(name) ended with \(finished.status): \(finished.errors.suffix(2_000))")
        }
        return finished.output
    }
}

/// Why a test can't go on.
public struct TestFailure: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// Asks again and again until the answer is not nil: for what other processes do, which send us no signal.
public func until<Answer>(
    _ what: String, withinSeconds seconds: Int = 30, _ ask: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw TestFailure("not within \(seconds) s: \(what)")
}
