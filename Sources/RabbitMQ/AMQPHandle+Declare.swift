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

    /// Declares a durable queue. `passively` only asks whether it exists. Returns the number of its messages that are
    /// not in the hands of a consumer, and that of its consumers.
    @discardableResult
    mutating func declareQueue(
        _ name: String, arguments: [String: JSONValue], passively: Bool
    ) throws(AMQPFailure) -> (messages: Int, consumers: Int) {
        arena.empty()
        let answer = amqp_queue_declare(
            raw, channel, arena.lend(name), passively ? 1 : 0, 1, 0, 0,
            arena.lend(AMQPTable(arguments: arguments)))
        let counts = answer.map { (messages: Int($0.pointee.message_count), consumers: Int($0.pointee.consumer_count)) }
        try checkReply("queue.declare \(name)")
        return counts ?? (0, 0)
    }

    /// Deletes a queue with all that it holds.
    mutating func deleteQueue(_ name: String) throws(AMQPFailure) {
        arena.empty()
        amqp_queue_delete(raw, channel, arena.lend(name), 0, 0)
        try checkReply("queue.delete \(name)")
    }

    /// Ends a binding, which need not exist.
    mutating func unbind(_ queue: String, from exchange: String, routingKey: String) throws(AMQPFailure) {
        arena.empty()
        amqp_queue_unbind(
            raw, channel, arena.lend(queue), arena.lend(exchange), arena.lend(routingKey),
            arena.lend([:]))
        try checkReply("queue.unbind \(queue)")
    }

    /// The number of messages of a queue that are in nobody's hands, and that of its consumers.
    mutating func depth(of queue: String) throws(AMQPFailure) -> (ready: Int, consumers: Int) {
        arena.empty()
        let answer = amqp_queue_declare(raw, channel, arena.lend(queue), 1, 1, 0, 0, arena.lend([:]))
        try checkReply("queue.declare \(queue)")
        guard let answer else { throw AMQPFailure("queue.declare \(queue)", "the broker gave no counts") }
        return (Int(answer.pointee.message_count), Int(answer.pointee.consumer_count))
    }

    /// Declares a classic queue for this connection alone. The broker deletes it with its consumer or the connection.
    mutating func declareOwnQueue(_ name: String) throws(AMQPFailure) {
        arena.empty()
        // A virtual host may have another type as its default, and only classic queues can be exclusive.
        amqp_queue_declare(
            raw, channel, arena.lend(name), 0, 0, 1, 1,
            arena.lend(AMQPTable(arguments: ["x-queue-type": .string("classic")])))
        try checkReply("queue.declare \(name)")
    }

    /// What a queue holds, and how many consumers it has. Throws a refusal with the code 404 if there is none.
    mutating func counts(of queue: String) throws(AMQPFailure) -> QueueProbe.Counts {
        arena.empty()
        let answer = amqp_queue_declare(raw, channel, arena.lend(queue), 1, 1, 0, 0, arena.lend([:]))
        try checkReply("queue.declare \(queue)")
        guard let counts = answer?.pointee else { throw AMQPFailure("queue.declare \(queue)", "no answer") }
        return QueueProbe.Counts(messages: Int64(counts.message_count), consumers: Int64(counts.consumer_count))
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
