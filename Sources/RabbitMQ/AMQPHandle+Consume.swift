import CRabbitMQ

extension AMQPHandle {
    /// Starts a consumer whose messages must be acknowledged. At most `prefetch` of them are unacknowledged at a time.
    /// Without `prefetch` the broker takes every message for acknowledged once it has sent it.
    ///
    /// It waits for no reply: librabbitmq would keep all messages that arrive before the reply, whatever their size. A
    /// refusal closes the channel, which the next read finds.
    mutating func consume(
        _ queue: String, consumerTag: String, prefetch: Int?, arguments: AMQPTable = [:]
    ) throws(AMQPFailure) {
        if let prefetch {
            var qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: UInt16(clamping: prefetch), global: 0)
            try AMQPFailure.check(
                "basic.qos",
                status: amqp_send_method(raw, channel, amqp_method_number_t(AMQP_BASIC_QOS_METHOD), &qos))
        }
        arena.empty()
        var consume = amqp_basic_consume_t(
            ticket: 0, queue: arena.lend(queue), consumer_tag: arena.lend(consumerTag), no_local: 0,
            no_ack: prefetch == nil ? 1 : 0, exclusive: 0, nowait: 0, arguments: arena.lend(arguments))
        try AMQPFailure.check(
            "basic.consume from \(queue)",
            status: amqp_send_method(raw, channel, amqp_method_number_t(AMQP_BASIC_CONSUME_METHOD), &consume))
    }

    /// Ends a consumer without waiting for a reply. What it has in hand stays unacknowledged.
    mutating func cancel(consumerTag: String) throws(AMQPFailure) {
        arena.empty()
        var cancel = amqp_basic_cancel_t(consumer_tag: arena.lend(consumerTag), nowait: 1)
        try AMQPFailure.check(
            "basic.cancel",
            status: amqp_send_method(raw, channel, amqp_method_number_t(AMQP_BASIC_CANCEL_METHOD), &cancel))
    }

    /// Acknowledges one message, or all of the channel up to its tag.
    func acknowledge(_ frame: AckLedger.Frame) throws(AMQPFailure) {
        let status = amqp_basic_ack(raw, channel, frame.tag, frame.multiple ? 1 : 0)
        try AMQPFailure.check("basic.ack", status: status)
    }

    /// Rejects one message without requeueing it: the queue's dead-lettering takes it.
    func reject(_ tag: UInt64) throws(AMQPFailure) {
        try AMQPFailure.check("basic.reject", status: amqp_basic_reject(raw, channel, tag, 0))
    }

    /// Gives one message back to its queue, at its place. The broker counts a return for it.
    func requeue(_ tag: UInt64) throws(AMQPFailure) {
        try AMQPFailure.check("basic.reject", status: amqp_basic_reject(raw, channel, tag, 1))
    }

    /// Asks for a `BrokerEvent.barrier`: all messages that the broker sent before it handled the frames before this one
    /// come before the answer. Any method with an answer would do; on a channel that publishes nothing this one has no
    /// effect.
    func requestBarrier() throws(AMQPFailure) {
        var select = amqp_confirm_select_t(nowait: 0)
        try AMQPFailure.check(
            "confirm.select",
            status: amqp_send_method(raw, channel, amqp_method_number_t(AMQP_CONFIRM_SELECT_METHOD), &select))
    }

    /// Sends a heartbeat. librabbitmq does so by itself whenever it reads.
    func sendHeartbeat() throws(AMQPFailure) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try AMQPFailure.check("heartbeat", status: amqp_send_frame(raw, &frame))
    }
}
