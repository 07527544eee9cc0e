public import JobCore

/// An event: a message for those who bind a queue to the exchange `events`. Its form is a public interface, described
/// in
/// `docs/events`.
public protocol EventMessage: PipelineMessage {
    /// What has happened, such as `execution.finished`: the beginning of the routing key.
    var type: String { get }
    /// When it happened. A repeat of the event has the same instant.
    var occurredAt: Instant { get }
    /// The job that it is about.
    var jobName: JobName { get }
}

extension EventMessage {
    public static var exchange: Exchange { .events }
    public static var isMandatory: Bool { false }
    public var routingKey: String { RoutingKey.event(type, of: jobName) }
}
