/// The reason why a schedule is refused, for the person who wrote it.
public struct ScheduleError: Error, Sendable, Equatable {
    /// The text that is wrong.
    public enum Part: String, Sendable {
        case expression, timeZone, dst
    }

    /// Which of the three texts of a schedule is wrong.
    public var part: Part
    /// What is wrong, as a sentence.
    public var message: String
    /// What would be right, as a sentence.
    public var hint: String

    public init(part: Part, message: String, hint: String) {
        self.part = part
        self.message = message
        self.hint = hint
    }

    /// The error for a text that ``DSTPolicy/init(_:)`` can't read.
    public static func dst(_ text: String) -> ScheduleError {
        ScheduleError(
            part: .dst, message: "\(text.quoted) is not a DST policy.",
            hint: "Write skip or shift (for a time that spring leaves out), first or both (for a time that "
                + "autumn repeats), or one of each: \"skip,first\" is the default.")
    }

    static func expression(_ message: String, hint: String) -> ScheduleError {
        ScheduleError(part: .expression, message: message, hint: hint)
    }

    static func timeZone(_ identifier: String) -> ScheduleError {
        let suggestion = Zone.suggestion(for: identifier).map { "Did you mean \($0)?" }
        return ScheduleError(
            part: .timeZone, message: "\(identifier.quoted) is not a time zone.",
            hint: suggestion ?? "Give a name of the IANA database, such as UTC, Europe/Madrid or America/New_York.")
    }
}

extension ScheduleError: CustomStringConvertible {
    /// The message and the hint.
    public var description: String { "\(message) \(hint)" }
}
