/// The colours of words on a terminal.
public enum TerminalStyle: String, Sendable {
    case header = "1"
    case faint = "2"
    case bad = "31"
    case good = "32"
    case waiting = "33"
    case paused = "35"
    case running = "36"

    private static let words: [String: TerminalStyle] = [
        "success": .good, "ok": .good, "up": .good, "ready": .good, "healthy": .good, "complete": .good,
        "fail": .bad, "failed": .bad, "failing": .bad, "down": .bad, "error": .bad, "unavailable": .bad,
        "refused": .bad, "missing": .bad, "wrong": .bad,
        "processing": .running, "running": .running,
        "invoked": .waiting, "degraded": .waiting, "late": .waiting, "warning": .waiting, "stale": .waiting,
        "paused": .paused, "disabled": .faint, "not": .faint,
    ]

    /// Whether a program should use colours where it writes. They are for people: a program that reads the output gets
    /// none. `NO_COLOR` with any value turns them off (no-color.org), and so does a terminal that says it has none.
    public static func isWanted(isTerminal: Bool, environment: [String: String]) -> Bool {
        isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// The style of a status, of which the first word decides: `fail:ttl` is that of `fail`. Nil for other words.
    public static func ofStatus(_ text: String) -> TerminalStyle? {
        words[String(text.prefix { $0.isLetter })]
    }

    /// Returns the text in this style. It must be safe for a terminal already; see ``TerminalText``.
    public func applied(to text: String) -> String {
        text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}
