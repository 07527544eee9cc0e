/// The place where a job's invocations are delivered.
public struct InvocationTarget: Sendable, Hashable, Codable {
    /// The protocol of a delivery. Only `http` can be registered so far.
    public enum Kind: String, Sendable, Codable, CaseIterable { case http, rabbitmq, sqs }

    /// The protocol of a delivery.
    public var kind: Kind
    /// http: an absolute URL. rabbitmq: `exchange/routing_key` or `queue:NAME`. sqs: the queue's URL.
    public var address: String

    public init(kind: Kind, address: String) {
        self.kind = kind
        self.address = address
    }
}
