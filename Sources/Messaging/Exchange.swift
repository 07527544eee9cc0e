/// The pipeline's exchanges, both of type topic.
public enum Exchange: String, Sendable, CaseIterable {
    /// The messages between stages, and the events.
    case pipeline = ""
    /// Dead letters, with the work queue's name as the routing key.
    case dead = ".dead"
}
