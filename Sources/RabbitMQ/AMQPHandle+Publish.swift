import CRabbitMQ

extension AMQPHandle {
    /// Has the broker confirm every message that is published from now on.
    func selectConfirms() throws(AMQPFailure) {
        amqp_confirm_select(raw, channel)
        try checkReply("confirm.select")
    }

    /// Writes one persistent message to the socket. Blocks while the socket's buffer is full.
    mutating func publish(_ message: AMQPMessage) throws(AMQPFailure) {
        arena.empty()
        var properties = amqp_basic_properties_t()
        properties.delivery_mode = 2
        properties.content_type = arena.lend("application/json")
        properties.headers = arena.lend(AMQPTable(message.headers))
        properties._flags = amqp_flags_t(
            AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_HEADERS_FLAG)
        if let id = message.id {
            properties.message_id = arena.lend(id)
            properties._flags |= amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
        }
        for property in message.properties { lend(property, to: &properties) }
        let (raw, exchange, routingKey) = (raw, arena.lend(message.exchange), arena.lend(message.routingKey))
        // The body may be large, so it is lent where it is.
        let status = message.body.withUnsafeBytes { body in
            amqp_basic_publish(
                raw, channel, exchange, routingKey, message.isMandatory ? 1 : 0, 0, &properties,
                belfry_amqp_bytes(body.baseAddress, body.count))
        }
        try AMQPFailure.check("basic.publish", status: status)
    }

    private mutating func lend(_ property: AMQPMessage.Property, to properties: inout amqp_basic_properties_t) {
        switch property {
        case .correlationID(let text):
            properties.correlation_id = arena.lend(text)
            properties._flags |= amqp_flags_t(AMQP_BASIC_CORRELATION_ID_FLAG)
        case .type(let text):
            properties.type = arena.lend(text)
            properties._flags |= amqp_flags_t(AMQP_BASIC_TYPE_FLAG)
        case .appID(let text):
            properties.app_id = arena.lend(text)
            properties._flags |= amqp_flags_t(AMQP_BASIC_APP_ID_FLAG)
        case .timestampSeconds(let seconds):
            properties.timestamp = UInt64(max(0, seconds))
            properties._flags |= amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG)
        case .expirationMilliseconds(let milliseconds):
            properties.expiration = arena.lend(String(max(0, milliseconds)))
            properties._flags |= amqp_flags_t(AMQP_BASIC_EXPIRATION_FLAG)
        }
    }

    /// While corked, the socket sends full packets only, so a batch travels in few of them.
    func cork(_ isOn: Bool) {
        belfry_tcp_cork(descriptor, isOn ? 1 : 0)
    }
}
