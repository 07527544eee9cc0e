import CRabbitMQ
import JobCore
import Messaging

extension InboundMessage {
    /// Takes the message id, and the headers that are strings, booleans or whole numbers. Tables and lists are
    /// headers of brokers, such as `x-death`, which only a scan of dead letters reads.
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

extension BrokerDeath {
    /// More entries than a message collects on any route; the newest come first.
    private static let entriesMax = 32

    /// The entries of `x-death` that can be read.
    static func list(in properties: amqp_basic_properties_t) -> [BrokerDeath] {
        guard properties._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 else { return [] }
        for index in 0..<Int(properties.headers.num_entries) {
            let entry = properties.headers.entries[index]
            guard String(entry.key) == "x-death", entry.value.kind == UInt8(ascii: "A") else { continue }
            let list = entry.value.value.array
            return (0..<min(entriesMax, Int(list.num_entries))).compactMap { BrokerDeath(list.entries[$0]) }
        }
        return []
    }

    private init?(_ field: amqp_field_value_t) {
        guard field.kind == UInt8(ascii: "F") else { return nil }
        var texts: [String: String] = [:]
        var (routingKey, at): (String?, Instant?)
        for index in 0..<Int(field.value.table.num_entries) {
            let entry = field.value.table.entries[index]
            switch entry.value.kind {
            case UInt8(ascii: "T"):
                let seconds = Int64(clamping: entry.value.value.u64).multipliedReportingOverflow(by: 1_000)
                at = seconds.overflow ? nil : Instant(readable: seconds.partialValue)
            case UInt8(ascii: "A"):
                let list = entry.value.value.array
                // The key that it was published with stands before those of the header `CC`.
                if list.num_entries > 0 { routingKey = Self.text(of: list.entries[0]) }
            default: texts[String(entry.key)] = Self.text(of: entry.value)
            }
        }
        guard let queue = texts["queue"], let reason = texts["reason"], let exchange = texts["exchange"] else {
            return nil
        }
        self.init(queue: queue, reason: reason, exchange: exchange, routingKey: routingKey, at: at)
    }

    private static func text(of field: amqp_field_value_t) -> String? {
        var field = field
        var number: Int64 = 0
        var bytes = belfry_amqp_bytes(nil, 0)
        return belfry_amqp_field_read(&field, &number, &bytes) == 2 ? String(bytes) : nil
    }
}
