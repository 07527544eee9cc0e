import CRabbitMQ

/// Memory in which strings and field tables are lent to librabbitmq.
///
/// The library takes pointers, and the pointer that Swift makes of a string is gone when the expression ends. What an
/// arena lends stays in its place until `empty()`, so a call can borrow any number of strings and nested tables:
///
///     arena.empty()
///     amqp_queue_bind(raw, channel, arena.lend(queue), arena.lend(exchange), arena.lend(key), arena.lend([:]))
///
/// It is one of librabbitmq's own memory pools. Its pages are used again, so publishing allocates none.
struct AMQPArena: ~Copyable {
    /// Room for the strings of a usual message. Anything longer gets a block of its own until `empty()`.
    private static let pageBytes = 16_384

    private var pool = amqp_pool_t()

    init() {
        init_amqp_pool(&pool, Self.pageBytes)
    }

    deinit {
        var pool = pool
        empty_amqp_pool(&pool)
    }

    /// Takes back everything that was lent, and keeps the pages.
    mutating func empty() {
        recycle_amqp_pool(&pool)
    }

    /// A copy of the string as UTF-8, valid until `empty()`.
    mutating func lend(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { utf8 in
            let memory = allocate(bytes: utf8.count)
            if let start = utf8.baseAddress { memory.copyMemory(from: start, byteCount: utf8.count) }
            return belfry_amqp_bytes(memory, utf8.count)
        }
    }

    /// A copy of the table and of the tables in it, valid until `empty()`.
    mutating func lend(_ table: AMQPTable) -> amqp_table_t {
        let count = table.fields.count
        let entries = allocate(bytes: count * MemoryLayout<amqp_table_entry_t>.stride)
            .bindMemory(to: amqp_table_entry_t.self, capacity: count)
        for (index, field) in table.fields.enumerated() {
            let value =
                switch field.value {
                case .bool(let flag): belfry_amqp_field_bool(flag ? 1 : 0)
                case .integer(let number): belfry_amqp_field_long(number)
                case .text(let text): belfry_amqp_field_string(lend(text))
                case .timestamp(let seconds): belfry_amqp_field_timestamp(seconds)
                case .table(let table): belfry_amqp_field_table(lend(table))
                }
            (entries + index).initialize(to: amqp_table_entry_t(key: lend(field.name), value: value))
        }
        return belfry_amqp_table(entries, CInt(count))
    }

    private mutating func allocate(bytes count: Int) -> UnsafeMutableRawPointer {
        // The pool answers a request for nothing as if it had no memory left.
        guard let memory = amqp_pool_alloc(&pool, max(1, count)) else { preconditionFailure("out of memory") }
        return memory
    }
}
