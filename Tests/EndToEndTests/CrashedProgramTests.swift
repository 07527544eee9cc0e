import Foundation
import TestServers
import Testing

extension EndToEnd {
    /// A program that crashes is gone at once, with its ports, so that a supervisor can start it again.
    ///
    /// Swift's crash handler would keep the process, and its sockets, for minutes. `SWIFT_BACKTRACE`, which the scripts
    /// set, keeps it from that.
    @Suite struct CrashedProgramTests {
        @Test(arguments: [
            ("consoled.1", SIGSEGV), ("ingesterd.1", SIGILL), ("courierd.1", SIGTRAP), ("dispatcherd.1", SIGABRT),
            ("reaperd.1", SIGBUS), ("tickerd.2", SIGFPE),
        ])
        func `a program that crashes leaves its ports free at once, and works when it is started again`(
            program: String, signal: Int32
        ) async throws {
            let belfry = try await EndToEnd.installation()
            #expect(try await belfry.readiness(program).status == 200)
            kill(belfry.pid(program), signal)
            try await belfry.untilEnded(program, withinSeconds: 5)
            try await belfry.startProgram(program)
            try await belfry.untilReady(program, withinSeconds: 20)
            #expect(belfry.isAlive(program))
        }
    }
}
