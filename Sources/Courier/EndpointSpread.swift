/// Whether the URL at which services call back leads to all callback endpoints. Pure.
///
/// Each endpoint answers with a name of its own. With a load balancer before them, several requests reach several of
/// them. Without one, callbacks have a single endpoint, and fail when it ends, although others live.
public struct EndpointSpread: Sendable, Equatable {
    /// The requests to send: with two endpoints that a balancer chooses at random, all of them reach the same one once
    /// in 2,048 times.
    public static let requestCount = 12

    /// The endpoints that are alive, as their queue shows them.
    public var endpointCount: Int
    /// The names in the answers; those that gave no answer are left out.
    public var names: [String]

    public init(endpointCount: Int, names: [String]) {
        self.endpointCount = endpointCount
        self.names = names
    }

    /// The endpoints are several, and the URL leads to one of them. False if not all requests were answered: a URL that
    /// is for services only tells nothing here.
    public var isOneOfSeveral: Bool {
        endpointCount > 1 && names.count == Self.requestCount && Set(names).count == 1
    }
}
