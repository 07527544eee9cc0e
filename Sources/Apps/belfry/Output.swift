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

    /// Writes lines of text.
    static func rows(_ lines: [String]) {
        write(lines, to: .standardOutput)
    }

    /// Writes a header and rows with aligned columns, on a terminal in its width and with colours. The first column and
    /// those whose headers are in `whole` are never cut.
    static func table(_ header: [String], _ rows: [[String]], whole: Set<String> = []) {
        var table = newTable(header, whole: whole)
        self.rows(rows, of: &table)
    }

    /// A table that is written in parts.
    static func newTable(_ header: [String], whole: Set<String> = []) -> TextTable {
        TextTable(
            header, terminalColumns: Terminal.columns(of: .standardOutput), whole: whole,
            isStyled: Terminal.hasColours(.standardOutput))
    }

    /// Writes the next rows of a table, behind its header if they are the first.
    static func rows(_ rows: [[String]], of table: inout TextTable) {
        write(table.lines(rows).map { $0 + "\n" }.joined(), to: .standardOutput)
    }

    /// Writes a line with a part in the middle that has a style on a terminal.
    static func line(_ start: String, _ styled: String, _ style: TerminalStyle?, _ end: String = "") {
        let text = TerminalText.escaped(styled)
        let isStyled = Terminal.hasColours(.standardOutput)
        let middle = isStyled ? style?.applied(to: text) ?? text : text
        write("\(TerminalText.escaped(start))\(middle)\(TerminalText.escaped(end))\n", to: .standardOutput)
    }

    /// Writes the fields of something, a line each.
    static func fields(_ fields: [(name: String, text: String)]) {
        for field in fields {
            line("\(field.name): ", field.text, field.name == "status" ? TerminalStyle.ofStatus(field.text) : nil)
        }
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
        let name = Terminal.hasColours(.standardError) ? TerminalStyle.bad.applied(to: "belfry:") : "belfry:"
        write("\(name) \(TerminalText.escaped(lines.first ?? ""))\n", to: .standardError)
        write(Array(lines.dropFirst()), to: .standardError)
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
