import Commands
import Foundation

/// Writes all that the command line shows, to standard output and standard error.
///
/// Every text passes through ``TerminalText``, since services, files and the broker wrote parts of it.
enum Output {
    /// Writes one line of text or of JSON.
    static func line(_ text: String) {
        write([text], to: .standardOutput)
    }

    /// Writes a text of several lines, which are the command line's own.
    static func lines(_ text: String) {
        write(split(text), to: .standardOutput)
    }

    /// Writes a header and rows with aligned columns.
    static func table(_ header: [String], _ rows: [[String]]) {
        write(TextTable.lines(header, rows), to: .standardOutput)
    }

    /// Writes a text of several lines to standard error.
    static func note(_ text: String) {
        write(split(text), to: .standardError)
    }

    /// Writes a line over the one that the cursor is in, on a terminal at standard error; nil clears it.
    static func overwrite(_ text: String?) {
        write("\r\(TerminalText.escaped(text ?? ""))\u{1B}[K", to: .standardError)
    }

    /// Writes a question to standard error and stays behind it.
    static func question(_ text: String) {
        write("\(TerminalText.escaped(text)) ", to: .standardError)
    }

    /// Writes why a command was not carried out, to standard error.
    static func failure(_ lines: [String]) {
        write(["belfry: \(lines.first ?? "")"] + lines.dropFirst(), to: .standardError)
    }

    private static func split(_ text: String) -> [String] {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    private static func write(_ lines: [String], to handle: FileHandle) {
        write(lines.map { TerminalText.escaped($0) + "\n" }.joined(), to: handle)
    }

    /// Writes a text that is safe for a terminal.
    private static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            // There is no place left to report it: the reader has gone, or the disk is full.
            Foundation.exit(1)
        }
    }
}
