/// Why a schedule was refused, in words for the person who wrote it.
public struct ScheduleError: Error, Sendable, Equatable {
    /// What the fault lies in.
    public enum Part: String, Sendable {
        case expression, timeZone, dst
    }

    public var part: Part
    /// What is wrong.
    public var message: String
    /// What would be right.
    public var hint: String

    public init(part: Part, message: String, hint: String) {
        self.part = part
        self.message = message
        self.hint = hint
    }

    /// The refusal of a DST policy that `DSTPolicy.init(_:)` couldn't read.
    public static func dst(_ text: String) -> ScheduleError {
        ScheduleError(
            part: .dst, message: "\(quoted(text)) is not a DST policy.",
            hint: "Write skip or shift (for the hour that spring leaves out), first or both (for the hour that "
                + "autumn repeats), or one of each: \"skip,first\" is the default.")
    }

    static func expression(_ message: String, hint: String) -> ScheduleError {
        ScheduleError(part: .expression, message: message, hint: hint)
    }

    static func timeZone(_ identifier: String) -> ScheduleError {
        let suggestion = Zone.suggestion(for: identifier).map { "Did you mean \($0)?" }
        return ScheduleError(
            part: .timeZone, message: "\(quoted(identifier)) is not a time zone.",
            hint: suggestion ?? "Give a name of the IANA database, such as UTC, Europe/Madrid or America/New_York.")
    }

    /// A piece of someone's text, short and printable enough to be shown in a message or a log line.
    static func quoted(_ text: some StringProtocol) -> String {
        let printable = text.unicodeScalars.prefix(40).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
        }
        return "\"\(String(printable))\(text.unicodeScalars.count > 40 ? "…" : "")\""
    }
}

extension ScheduleError: CustomStringConvertible {
    public var description: String { "\(message) \(hint)" }
}
