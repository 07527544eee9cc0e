/// The exchanges, all of type topic.
public enum Exchange: String, Sendable, CaseIterable {
    /// The messages between stages, and the events.
    case pipeline = ""
    /// Dead letters, with the work queue's name as the routing key.
    case dead = ".dead"
    /// Callbacks that services publish themselves, with any routing key. Nothing else is within a service's reach.
    case callbacks = ".callbacks"
}
