import Commands
import Foundation

/// What the command line knows about the terminal that it runs on.
enum Terminal {
    /// Whether a person can be asked: standard input and standard error are a terminal.
    static var asks: Bool { isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0 }

    /// Whether a line can be shown that is overwritten: standard error is a terminal that can do that.
    static var showsProgress: Bool {
        isatty(STDERR_FILENO) != 0 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// The columns of the terminal at standard output or standard error; nil if there is none.
    static func columns(of handle: FileHandle) -> Int? {
        guard isatty(handle.fileDescriptor) != 0 else { return nil }
        var size = winsize()
        guard ioctl(handle.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Whether what is written there may have colours.
    static func hasColours(_ handle: FileHandle) -> Bool {
        TerminalStyle.isWanted(
            isTerminal: isatty(handle.fileDescriptor) != 0, environment: ProcessInfo.processInfo.environment)
    }

    /// Asks, and returns whether the answer is yes.
    static func confirms(_ question: String) -> Bool {
        Output.question("\(question) [y/N]")
        return ["y", "yes"].contains(readLine()?.lowercased())
    }
}
