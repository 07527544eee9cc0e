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
}
