import CRabbitMQ

extension AMQPHandle {
    /// Starts a consumer whose messages must be acknowledged. At most `prefetch` of them are unacknowledged at a time.
    mutating func consume(_ queue: String, consumerTag: String, prefetch: Int) throws(AMQPFailure) {
        amqp_basic_qos(raw, Self.channel, 0, UInt16(clamping: prefetch), 0)
        try checkReply("basic.qos")
        arena.empty()
        amqp_basic_consume(
            raw, Self.channel, arena.lend(queue), arena.lend(consumerTag), 0, 0, 0, arena.lend([:]))
        try checkReply("basic.consume from \(queue)")
    }

    /// Acknowledges one message, or all of the channel up to its tag.
    func acknowledge(_ frame: AckLedger.Frame) throws(AMQPFailure) {
        let status = amqp_basic_ack(raw, Self.channel, frame.tag, frame.multiple ? 1 : 0)
        try AMQPFailure.check("basic.ack", status: status)
    }

    /// Rejects one message without requeueing it: the queue's dead-lettering takes it.
    func reject(_ tag: UInt64) throws(AMQPFailure) {
        try AMQPFailure.check("basic.reject", status: amqp_basic_reject(raw, Self.channel, tag, 0))
    }
}
