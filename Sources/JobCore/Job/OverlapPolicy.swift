/// What becomes of an occurrence that finds an execution of its job open.
public enum OverlapPolicy: String, Sendable, Codable, CaseIterable {
    /// It fails at once, reason `locked`: the job is exclusive.
    case skip
    /// It runs beside the open one.
    case allow
}
