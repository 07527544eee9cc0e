/// A condition on events, `KEY=VALUE` on the command line.
public struct EventFilter: Sendable, Equatable, CustomStringConvertible {
    /// What a condition may be about.
    public enum Key: String, Sendable, CaseIterable {
        case type, service, job, status, reason, trigger
    }

    public let key: Key
    public let value: String

    /// Reads `KEY=VALUE`. Nil for another text, for an unknown key and for an empty value.
    public init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let key = Key(rawValue: String(parts[0])), !parts[1].isEmpty else { return nil }
        (self.key, value) = (key, String(parts[1]))
    }

    /// The text that it was read from.
    public var description: String { "\(key.rawValue)=\(value)" }

    /// Whether an event meets the conditions: for each key that they name, one of its values.
    static func match(_ filters: [EventFilter], _ event: ArchivedEvent) -> Bool {
        Dictionary(grouping: filters, by: \.key).allSatisfy { key, filters in
            filters.contains { $0.value == event.fields[key] }
        }
    }
}
