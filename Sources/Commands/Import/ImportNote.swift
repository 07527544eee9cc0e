public import JSON

/// What an import has to say about a place in its files.
public struct ImportNote: Sendable, Equatable, CustomStringConvertible {
    /// What became of the thing that the note is about.
    public enum Level: String, Sendable {
        /// It was imported, and differs from the original.
        case note
        /// It was not imported.
        case leftOut = "left_out"
    }

    public var place: FilePlace
    public var level: Level
    public var message: String

    /// `crontab:3: left out: @reboot has no time`
    public var description: String { "\(place): \(level == .leftOut ? "left out: " : "")\(message)" }

    /// `{"file", "line", "level", "message"}`
    public var json: JSONValue {
        .object([
            "file": .string(place.file), "line": place.line.map { .integer(Int64($0)) } ?? .null,
            "level": .string(level.rawValue), "message": .string(message),
        ])
    }
}
