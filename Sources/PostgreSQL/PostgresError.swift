/// Why a call of the server failed.
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// How the server sorts it (PostgreSQL, “Error Codes”); nil if the server said nothing: the connection could not
    /// be made, was lost, or had no answer in time.
    public var state: String?
    /// In the server's words, or in those of libpq. It has no password.
    public var message: String

    public init(state: String?, message: String) {
        self.state = state
        self.message = message
    }

    /// What is left of the message on one line, and the code.
    public var description: String {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
        return state.map { "\(line) (SQLSTATE \($0))" } ?? line
    }

    /// Whether the same transaction may succeed at once: another one was in its way. Beside class 40 that is a unique
    /// index that got a row meanwhile (23505), and a partition that was removed meanwhile (23514).
    public var isConflict: Bool {
        guard let state else { return false }
        return state.hasPrefix("40") || state == "23505" || state == "23514" && message.hasPrefix("no partition of")
    }

    /// Whether the connection can't be used any more, or leads to a server that takes no writes: after a failover the
    /// next connection finds the new primary. The next one also prepares its statements anew.
    public var endsConnection: Bool {
        guard let state else { return true }
        return state.hasPrefix("08") || state.hasPrefix("57P") || state == "25006" || state == "25P03"
            // A statement that was prepared before the tables changed.
            || state == "0A000"
    }
}
