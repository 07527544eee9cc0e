import Foundation

extension Installation {
    /// Sends SIGTERM to a program, and waits until it has ended.
    public func endProgram(_ program: String) async throws {
        kill(pid(program), SIGTERM)
        try await untilEnded(program)
    }

    /// Waits until a program has ended.
    public func untilEnded(_ program: String, withinSeconds seconds: Int = 120) async throws {
        _ = try await until("\(program) has ended", withinSeconds: seconds) { isAlive(program) ? nil : true }
    }

    /// Waits until a program is ready.
    public func untilReady(_ program: String, withinSeconds seconds: Int = 120) async throws {
        _ = try await until("\(program) is ready", withinSeconds: seconds) {
            try await readiness(program).status == 200 ? true : nil
        }
    }
}
