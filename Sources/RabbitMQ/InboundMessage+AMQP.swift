import CRabbitMQ
import Messaging

extension InboundMessage {
    /// Takes the message id, and the headers that are strings, booleans or whole numbers. Tables and lists are
    /// headers of brokers, such as `x-death`, which nothing reads.
    mutating func read(_ properties: amqp_basic_properties_t) {
        if properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 { id = String(properties.message_id) }
        guard properties._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 else { return }
        for index in 0..<Int(properties.headers.num_entries) {
            var entry = properties.headers.entries[index]
            var number: Int64 = 0
            var bytes = belfry_amqp_bytes(nil, 0)
            switch belfry_amqp_field_read(&entry.value, &number, &bytes) {
            case 1: headers[String(entry.key)] = String(number)
            case 2: headers[String(entry.key)] = String(bytes)
            default: continue
            }
        }
    }

    /// Takes the other properties, under their names in AMQP.
    mutating func readRest(_ given: amqp_basic_properties_t) {
        func has(_ flag: Int32) -> Bool { given._flags & amqp_flags_t(flag) != 0 }
        if has(AMQP_BASIC_CONTENT_TYPE_FLAG) { properties["content-type"] = String(given.content_type) }
        if has(AMQP_BASIC_CORRELATION_ID_FLAG) { properties["correlation-id"] = String(given.correlation_id) }
        if has(AMQP_BASIC_TYPE_FLAG) { properties["type"] = String(given.type) }
        if has(AMQP_BASIC_APP_ID_FLAG) { properties["app-id"] = String(given.app_id) }
        if has(AMQP_BASIC_EXPIRATION_FLAG) { properties["expiration"] = String(given.expiration) }
        if has(AMQP_BASIC_TIMESTAMP_FLAG) { properties["timestamp"] = String(given.timestamp) }
        if has(AMQP_BASIC_DELIVERY_MODE_FLAG) { properties["delivery-mode"] = String(given.delivery_mode) }
    }
}
