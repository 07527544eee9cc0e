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

    /// The target with `***` for each value in the query of its URL: a service may take a key there.
    public var withMaskedQuery: InvocationTarget {
        guard kind != .rabbitmq, let start = address.firstIndex(of: "?") else { return self }
        let values = address[address.index(after: start)...].split(separator: "&", omittingEmptySubsequences: false)
        let masked = values.map { value in
            value.isEmpty ? "" : value.firstIndex(of: "=").map { value[...$0] + "***" } ?? "***"
        }
        return InvocationTarget(kind: kind, address: "\(address[...start])\(masked.joined(separator: "&"))")
    }
}
