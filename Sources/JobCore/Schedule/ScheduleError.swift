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

    static func timeZone(_ name: String, _ error: ZoneError, suggestion: String?) -> ScheduleError {
        switch error {
        case .unknown:
            ScheduleError(
                part: .timeZone, message: "\(name.quoted) is not a time zone.",
                hint: suggestion.map { "Did you mean \($0)?" }
                    ?? "Give a name of the IANA database, such as UTC, Europe/Madrid or America/New_York.")
        case .noFolder:
            ScheduleError(
                part: .timeZone, message: "\(name.quoted) can't be looked up: Belfry finds no time zones.",
                hint: "Install the package tzdata where Belfry runs. Only UTC does without.")
        case .unusable, .unreadable:
            ScheduleError(
                part: .timeZone, message: "The data of the time zone \(name.quoted) can't be used.",
                hint: "Install the package tzdata again where Belfry runs.")
        }
    }
}

extension ScheduleError: CustomStringConvertible {
    /// The message and the hint.
    public var description: String { "\(message) \(hint)" }
}
