/// The exchanges, all of type topic.
public enum Exchange: String, Sendable, CaseIterable {
    /// The messages between stages.
    case pipeline = ""
    /// Dead letters, with the work queue's name as the routing key.
    case dead = ".dead"
    /// Deliveries that wait in the retry ladder, with the name of their queue as the routing key. Only courierd may
    /// publish here: what leaves the ladder has a routing key of the pipeline, so nothing would unmask a message that
    /// the header `CC` or `BCC` had led into it.
    case retry = ".retry"
    /// Callbacks that services publish themselves, with any routing key. Nothing else is within a service's reach.
    case callbacks = ".callbacks"
    /// Events, a public interface: anyone may bind a queue of their own.
    case events = ".events"
    /// deadletterd's answers, with the routing key of the process that has asked (`RoutingKey.answer(to:)`).
    case answers = ".answers"
}
