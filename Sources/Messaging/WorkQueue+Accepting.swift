extension WorkQueue {
    /// Whether a message with this routing key may be in the queue: one of the queue's bindings led it here, or the
    /// queue takes every key (`#`).
    public func accepts(routingKey: String) -> Bool {
        routingKeys.contains { $0 == routingKey || $0 == RoutingKey.any }
    }
}
