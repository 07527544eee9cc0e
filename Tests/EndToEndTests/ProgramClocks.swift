import Foundation
import TestServers
import Upgrades

/// The wall clocks of the programs of an installation, which a test may step. The clocks that measure durations go on.
struct ProgramClocks {
    private let folder: String
    private let library: String

    /// The variables that the programs need.
    var environment: [String: String] { ["LD_PRELOAD": library, "CLOCK_OFFSET_FOLDER": folder] }

    /// Prepares the clocks of programs such as `tickerd`, all of which are right, in a new folder.
    init(of programs: [String], folder: String) async throws {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        library = try await Self.compile(in: folder)
        for program in programs {
            try Data(count: MemoryLayout<Int64>.size).write(to: URL(filePath: "\(folder)/\(program)"))
        }
    }

    /// Sets the clocks of programs this number of seconds ahead of the right time. All processes of a program have one
    /// clock.
    func set(_ programs: [String], secondsAhead: Int64) throws {
        for program in programs {
            // The programs have mapped the file, so it must stay the same one.
            let file = try FileHandle(forWritingTo: URL(filePath: "\(folder)/\(program)"))
            try file.write(contentsOf: withUnsafeBytes(of: secondsAhead) { Data($0) })
            try file.close()
        }
    }

    /// Compiles the library that changes the time of day of a program, and returns its path.
    static func compile(in folder: String) async throws -> String {
        let library = "\(folder)/clock.so"
        let compiled = try await Program.run(
            "/usr/bin/env", ["clang", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, Fixture.clock])
        guard compiled.status == 0 else { throw TestFailure(compiled.errors) }
        return library
    }
}
