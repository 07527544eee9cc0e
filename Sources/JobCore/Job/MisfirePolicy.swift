/// Decides which occurrences run when they are found due more than 60 s late, after an outage for example.
public enum MisfirePolicy: String, Sendable, Codable, CaseIterable {
    /// None of them runs.
    case skip
    /// Only the latest of them runs.
    case last
    /// All of them run, in order; of an exclusive job one after the other.
    case all
}
