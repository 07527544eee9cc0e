internal import CRabbitMQ
internal import Messaging

extension amqp_connection_state_t {
    /// Writes one persistent message to the socket. Blocks when the socket's buffer is full.
    func publish(_ message: OutboundMessage, to exchange: String) throws(AMQPFailure) {
        var names: [UInt8] = []
        var entries: [(name: Range<Int>, value: Range<Int>)] = []
        func put(_ text: String) -> Range<Int> {
            let start = names.count
            names.append(contentsOf: text.utf8)
            return start..<names.count
        }
        let exchange = put(exchange)
        let routingKey = put(message.routingKey)
        let contentType = put("application/json")
        let id = message.id.map(put)
        for (name, value) in message.headers { entries.append((put(name), put(value))) }
        // One buffer holds every text, so that all of them are borrowed at once.
        let code = names.withUnsafeBytes { names in
            func bytes(_ range: Range<Int>) -> amqp_bytes_t {
                belfry_amqp_bytes(names.baseAddress.map { $0 + range.lowerBound }, range.count)
            }
            var headers = entries.map {
                amqp_table_entry_t(key: bytes($0.name), value: belfry_amqp_field_string(bytes($0.value)))
            }
            return headers.withUnsafeMutableBufferPointer { headers in
                message.body.withUnsafeBytes { body in
                    var properties = amqp_basic_properties_t()
                    properties.delivery_mode = 2
                    properties.content_type = bytes(contentType)
                    properties.headers = belfry_amqp_table(headers.baseAddress, CInt(headers.count))
                    properties._flags = amqp_flags_t(
                        AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_HEADERS_FLAG)
                    if let id {
                        properties.message_id = bytes(id)
                        properties._flags |= amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
                    }
                    return amqp_basic_publish(
                        self, AMQPHandle.channel, bytes(exchange), bytes(routingKey), message.isMandatory ? 1 : 0, 0,
                        &properties, belfry_amqp_bytes(body.baseAddress, body.count))
                }
            }
        }
        guard code == AMQP_STATUS_OK.rawValue else { throw AMQPFailure("publish", status: code) }
    }
}
