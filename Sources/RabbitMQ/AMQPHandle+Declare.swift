import CRabbitMQ
import JSON

extension AMQPHandle {
    /// Declares a durable topic exchange. `passively` only asks whether it exists.
    mutating func declareExchange(_ name: String, passively: Bool) throws(AMQPFailure) {
        arena.empty()
        amqp_exchange_declare(
            raw, channel, arena.lend(name), arena.lend("topic"), passively ? 1 : 0, 1, 0, 0,
            arena.lend([:]))
        try checkReply("exchange.declare \(name)")
    }

    /// Declares a durable queue. `passively` only asks whether it exists.
    mutating func declareQueue(
        _ name: String, arguments: [String: JSONValue], passively: Bool
    ) throws(AMQPFailure) {
        arena.empty()
        amqp_queue_declare(
            raw, channel, arena.lend(name), passively ? 1 : 0, 1, 0, 0,
            arena.lend(AMQPTable(arguments: arguments)))
        try checkReply("queue.declare \(name)")
    }

    /// Binds a queue to an exchange.
    mutating func bind(_ queue: String, to exchange: String, routingKey: String) throws(AMQPFailure) {
        arena.empty()
        amqp_queue_bind(
            raw, channel, arena.lend(queue), arena.lend(exchange), arena.lend(routingKey),
            arena.lend([:]))
        try checkReply("queue.bind \(queue)")
    }
}
