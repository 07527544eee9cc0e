/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: `2026-01-31T08:00:00.123Z info tickerd: ticked cursor=…`
    case text
    /// For machines: one JSON object a line.
    case json
}
