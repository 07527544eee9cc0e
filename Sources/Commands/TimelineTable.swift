public import JSON

/// The timeline of an execution as a table.
public enum TimelineTable {
    public static let header = ["AT", "EVENT", "ATTEMPT", "CODE", "LATENCY", "DETAIL"]

    /// The row of an entry as the API shows it. What the entry lacks is empty.
    public static func row(_ entry: JSONValue) -> [String] {
        [
            entry.fieldText("at"), entry.fieldText("event"), entry.fieldText("attempt"),
            entry.fieldText("status_code"), entry.fieldText("latency_ms").map { "\($0) ms" },
            entry.fieldText("detail"),
        ].map { $0 ?? "" }
    }
}
