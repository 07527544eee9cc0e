internal import CRabbitMQ
internal import JobCore

/// A field table, whose texts stand in one buffer so that all of them can be lent at once.
struct AMQPTable {
    private enum Value {
        case bool(Bool)
        case integer(Int64)
        case text(Range<Int>)
    }

    private var texts: [UInt8] = []
    private var fields: [(key: Range<Int>, value: Value)] = []

    /// Booleans, whole numbers and strings; nothing else stands in a queue's arguments.
    init(_ values: [String: JSONValue]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .bool(let flag): fields.append((put(key), .bool(flag)))
            case .integer(let number): fields.append((put(key), .integer(number)))
            case .string(let text): fields.append((put(key), .text(put(text))))
            case .null, .number, .array, .object: continue
            }
        }
    }

    private mutating func put(_ text: String) -> Range<Int> {
        let start = texts.count
        texts.append(contentsOf: text.utf8)
        return start..<texts.count
    }

    /// Lends the table for the length of a call.
    func withTable<Result>(_ body: (amqp_table_t) -> Result) -> Result {
        texts.withUnsafeBytes { texts in
            func bytes(_ range: Range<Int>) -> amqp_bytes_t {
                belfry_amqp_bytes(texts.baseAddress.map { $0 + range.lowerBound }, range.count)
            }
            var entries = fields.map { field in
                let value =
                    switch field.value {
                    case .bool(let flag): belfry_amqp_field_bool(flag ? 1 : 0)
                    case .integer(let number): belfry_amqp_field_long(number)
                    case .text(let range): belfry_amqp_field_string(bytes(range))
                    }
                return amqp_table_entry_t(key: bytes(field.key), value: value)
            }
            return entries.withUnsafeMutableBufferPointer { entries in
                body(belfry_amqp_table(entries.baseAddress, CInt(entries.count)))
            }
        }
    }
}
