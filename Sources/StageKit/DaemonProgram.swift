import Foundation
public import Settings

/// The main of a daemon: its flags, `--help`, `--version` and exit codes.
///
///     @main
///     struct Tickerd: DaemonProgram {
///         static let program = Program.tickerd
///         static let abstract = "Publishes which schedules are due."
///
///         static func run(_ settings: Settings) async throws { … }
///     }
public protocol DaemonProgram {
    static var program: Program { get }
    /// One sentence for `--help`.
    static var abstract: String { get }

    /// Reads the settings, builds the stage and runs it to its end. Throws `SettingsError` before it opens anything.
    static func run(_ settings: Settings) async throws
}

extension DaemonProgram {
    /// Exits with 0 after an orderly shutdown and with 1 after an error, of which every line goes to standard error.
    /// A flag that is wrong exits with 64 (`EX_USAGE` of sysexits.h).
    ///
    /// `@concurrent`, since `@main` takes no function that runs on its caller's actor.
    @concurrent
    public static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.contains("--help") || arguments.contains("-h") {
            let help = CommandLineFlags.help(of: program, abstract: abstract)
            return FileHandle.standardOutput.write(Data("\(help)\n".utf8))
        }
        if arguments.contains("--version") {
            return FileHandle.standardOutput.write(Data("\(Build.line(of: program))\n".utf8))
        }
        do throws(SettingsError) {
            let flags = try CommandLineFlags(arguments, of: program)
            await run(flags)
        } catch {
            end(error, status: EX_USAGE)
        }
    }

    private static func run(_ flags: CommandLineFlags) async {
        do {
            try await run(Settings(program: program, flags: flags.values))
        } catch {
            end(error, status: EXIT_FAILURE)
        }
    }

    private static func end(_ error: any Error, status: Int32) -> Never {
        let lines = "\(error)".split(separator: "\n").map { "\(program.rawValue): \($0)\n" }
        FileHandle.standardError.write(Data(lines.joined().utf8))
        exit(status)
    }
}
