/// The place where a job's invocations are delivered.
public struct InvocationTarget: Sendable, Hashable, Codable {
    /// The protocol of a delivery.
    public enum Kind: String, Sendable, Codable, CaseIterable { case http, rabbitmq, sqs }

    /// The protocol of a delivery.
    public var kind: Kind
    /// http: an absolute URL. rabbitmq: `exchange/routing_key` or `queue:NAME`. sqs: the queue's URL.
    public var address: String

    public init(kind: Kind, address: String) {
        self.kind = kind
        self.address = address
    }

    /// The name of the lane that its deliveries share. http: scheme, host and port. Else the target itself: another
    /// queue of the same broker may be full or gone while this one takes messages.
    public var lane: String {
        switch kind {
        case .http: TargetURL.origin(of: address)
        case .rabbitmq, .sqs: "\(kind.rawValue) \(address)"
        }
    }
}
