import CRabbitMQ
import Glibc

extension AMQPHandle {
    /// Has the broker confirm every message that is published from now on.
    func selectConfirms() throws(AMQPFailure) {
        amqp_confirm_select(raw, channel)
        try checkReply("confirm.select")
    }

    /// Adds a persistent message to those that `flush()` sends. Many of them are sent before.
    mutating func enqueue(_ message: AMQPMessage) throws(AMQPFailure) {
        guard !usesTLS else { return try publishByLibrary(message) }
        frames.append(message, channel: channel)
        if frames.bytes.count >= Self.unflushedBytesMax { try flush() }
    }

    /// Sends what was added. Blocks while the socket's buffer is full.
    mutating func flush() throws(AMQPFailure) {
        if isCorked { cork(false) }
        var sent = 0
        while sent < frames.bytes.count {
            let count = frames.bytes.withUnsafeBytes { bytes in
                send(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                _ = isReady(POLLOUT, withinMilliseconds: 1_000)
            } else if errno != EINTR {
                throw AMQPFailure("basic.publish", String(cString: strerror(errno)))
            }
        }
        frames.removeAll()
    }

    /// Forgets what was added and is not sent: its channel has ended.
    mutating func discardUnsent() {
        frames.removeAll()
        if isCorked { cork(false) }
    }

    private static let unflushedBytesMax = 131_072

    /// Only librabbitmq can write to a connection with TLS. While corked, the socket sends full packets only, so a
    /// batch travels in few of them.
    private mutating func publishByLibrary(_ message: AMQPMessage) throws(AMQPFailure) {
        if !isCorked { cork(true) }
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

    /// While corked, the socket sends full packets only.
    mutating func cork(_ isOn: Bool) {
        isCorked = isOn
        belfry_tcp_cork(descriptor, isOn ? 1 : 0)
    }
}
