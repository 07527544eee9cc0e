public import JSON

/// The timeline of an execution as a table.
public enum TimelineTable {
    public static let header = ["AT", "EVENT", "ATTEMPT", "CODE", "LATENCY", "DETAIL"]

    /// The row of an entry as the API shows it. What the entry lacks is empty.
    public static func row(_ entry: JSONValue) -> [String] {
        let details = [entry.fieldText("until").map { "until \($0)" }, entry.fieldText("detail")].compactMap(\.self)
        return [
            entry.fieldText("at"), entry.fieldText("event"), entry.fieldText("attempt"),
            entry.fieldText("status_code"), entry.fieldText("latency_ms").map { "\($0) ms" },
            details.joined(separator: ", "),
        ].map { $0 ?? "" }
    }
}
