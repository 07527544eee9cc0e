/// Which halves of ingesterd a process runs.
public enum IngesterRole: String, Sendable, CaseIterable {
    case both
    /// The callback endpoint only.
    case callback
    /// The recorder only.
    case recorder
}
