// The C library's `timeval` belongs to the module that includes it first, which may be this one.
import CDispatch
import CRabbitMQ

/// A publisher that is no stage. It may set the headers `CC` and `BCC`, by which RabbitMQ leads copies of a message to
/// other queues without asking for permission.
public final class ForeignPublisher {
    /// The header with the routing keys of the copies.
    public enum CopyHeader: String, Sendable, CaseIterable {
        /// It stays in the message.
        case cc = "CC"
        /// The broker takes it out of the message.
        case bcc = "BCC"
    }

    /// The broker's answer to a published message.
    public enum Answer: Sendable, Equatable {
        case taken
        /// No queue is bound for the message.
        case unroutable
        /// The user lacks a permission.
        case refused
    }

    private let raw: amqp_connection_state_t
    private var channel: amqp_channel_t = 0

    /// Logs in at a port of the loopback.
    public init(user: String, password: String, port: Int) throws {
        guard let raw = amqp_new_connection(), let socket = amqp_tcp_socket_new(raw) else {
            throw TestFailure("out of memory")
        }
        self.raw = raw
        guard amqp_socket_open(socket, "127.0.0.1", CInt(port)) == AMQP_STATUS_OK.rawValue else {
            throw TestFailure("no broker listens on port \(port)")
        }
        var properties = belfry_amqp_table(nil, 0)
        let reply = belfry_amqp_login(raw, "/", 131_072, 0, &properties, user, password)
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw TestFailure("\(user) can't log in") }
        try openChannel()
    }

    deinit { amqp_destroy_connection(raw) }

    private func openChannel() throws {
        channel += 1
        amqp_channel_open(raw, channel)
        guard amqp_get_rpc_reply(raw).reply_type == AMQP_RESPONSE_NORMAL else { throw TestFailure("no channel") }
        amqp_confirm_select(raw, channel)
        guard amqp_get_rpc_reply(raw).reply_type == AMQP_RESPONSE_NORMAL else { throw TestFailure("no confirms") }
    }

    /// Publishes a mandatory message and waits for the broker's answer.
    public func publish(
        to exchange: String, key: String, copies: (CopyHeader, [String])? = nil, id: String, body: String = "{"
    ) throws -> Answer {
        var pool = amqp_pool_t()
        init_amqp_pool(&pool, 4_096)
        defer { empty_amqp_pool(&pool) }
        func lend(_ text: String) -> amqp_bytes_t {
            let memory = amqp_pool_alloc(&pool, max(1, text.utf8.count))
            memory?.copyMemory(from: Array(text.utf8), byteCount: text.utf8.count)
            return belfry_amqp_bytes(memory, text.utf8.count)
        }
        var properties = amqp_basic_properties_t()
        properties.message_id = lend(id)
        properties._flags = amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG)
        if let (header, keys) = copies {
            let entry = amqp_pool_alloc(&pool, MemoryLayout<amqp_table_entry_t>.stride)
                .assumingMemoryBound(to: amqp_table_entry_t.self)
            let values = amqp_pool_alloc(&pool, keys.count * MemoryLayout<amqp_field_value_t>.stride)
                .assumingMemoryBound(to: amqp_field_value_t.self)
            for (index, key) in keys.enumerated() { values[index] = belfry_amqp_field_string(lend(key)) }
            var list = amqp_field_value_t()
            list.kind = UInt8(ascii: "A")
            list.value.array = amqp_array_t(num_entries: CInt(keys.count), entries: values)
            entry.pointee = amqp_table_entry_t(key: lend(header.rawValue), value: list)
            properties.headers = belfry_amqp_table(entry, 1)
            properties._flags |= amqp_flags_t(AMQP_BASIC_HEADERS_FLAG)
        }
        amqp_basic_publish(raw, channel, lend(exchange), lend(key), 1, 0, &properties, lend(body))
        return try answer()
    }

    private func answer() throws -> Answer {
        var answer = Answer.taken
        while true {
            var frame = amqp_frame_t()
            var patience = timeval(tv_sec: 20, tv_usec: 0)
            guard amqp_simple_wait_frame_noblock(raw, &frame, &patience) == AMQP_STATUS_OK.rawValue else {
                throw TestFailure("no answer from the broker")
            }
            guard CInt(frame.frame_type) == AMQP_FRAME_METHOD else { continue }
            switch belfry_amqp_frame_method(&frame) {
            case amqp_method_number_t(AMQP_BASIC_ACK_METHOD): return answer
            case amqp_method_number_t(AMQP_BASIC_RETURN_METHOD): answer = .unroutable
            case amqp_method_number_t(AMQP_CHANNEL_CLOSE_METHOD):
                let close = belfry_amqp_frame_decoded(&frame)?.assumingMemoryBound(to: amqp_channel_close_t.self)
                guard let close, CInt(close.pointee.reply_code) == AMQP_ACCESS_REFUSED else {
                    throw TestFailure("the broker closed the channel for another reason")
                }
                var ok = amqp_channel_close_ok_t()
                amqp_send_method(raw, channel, amqp_method_number_t(AMQP_CHANNEL_CLOSE_OK_METHOD), &ok)
                try openChannel()
                return .refused
            default: throw TestFailure("an unexpected answer from the broker")
            }
        }
    }
}
