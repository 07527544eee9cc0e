import CRabbitMQ
import Messaging
import Testing

@testable import RabbitMQ

@Suite struct AMQPTableTests {
    private let nested: AMQPTable = [
        "capabilities": .table(["connection.blocked": .bool(true), "limits": .table(["channels": .integer(-7)])]),
        "connection_name": .text("tickerd größer"), "empty": .table([:]), "none": .text(""),
    ]

    /// What the broker would read: the table as librabbitmq encodes it, decoded again.
    private func sent(_ table: AMQPTable) -> AMQPTable {
        var arena = AMQPArena()
        var lent = arena.lend(table)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var pool = amqp_pool_t()
        init_amqp_pool(&pool, 4_096)
        defer { empty_amqp_pool(&pool) }
        return buffer.withUnsafeMutableBytes { buffer in
            let bytes = amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress)
            var offset = 0
            #expect(amqp_encode_table(bytes, &lent, &offset) == 0)
            var decoded = amqp_table_t()
            offset = 0
            #expect(amqp_decode_table(bytes, &pool, &decoded, &offset) == 0)
            return AMQPTable(copying: decoded)
        }
    }

    @Test func `a table is sent with the tables in it, in order`() {
        #expect(sent(nested) == nested)
        #expect(sent([:]) == [:])
    }

    @Test func `a message's headers are a table of strings`() {
        let headers = ["belfry-note": "n", "traceparent": "00-1-1-00"]
        let table = sent(AMQPTable(headers))
        #expect(Set(table.fields.map(\.name)) == Set(headers.keys))
        for field in table.fields { #expect(field.value == .text(headers[field.name] ?? "")) }
    }

    @Test func `a queue's arguments are a table sorted by name`() throws {
        let baton = try #require(Topology(prefix: "belfry").queues.first { $0.name == "belfry.ticker.baton" })
        #expect(
            sent(AMQPTable(arguments: baton.arguments)) == [
                "x-max-length": .integer(1), "x-overflow": .text("drop-head"), "x-queue-type": .text("quorum"),
                "x-single-active-consumer": .bool(true),
            ])
    }

    @Test func `a string that was lent keeps its place while more are lent`() {
        var arena = AMQPArena()
        let first = arena.lend("first")
        let long = arena.lend(String(repeating: "l", count: 100_000))
        for number in 0..<5_000 { _ = arena.lend("string \(number)") }
        #expect(String(first) == "first")
        #expect(String(long).count == 100_000)
    }

    @Test func `an arena that was emptied lends the same memory again`() {
        var arena = AMQPArena()
        let first = arena.lend("first").bytes
        arena.empty()
        #expect(arena.lend("second").bytes == first)
    }
}

extension AMQPTable {
    fileprivate init(copying table: amqp_table_t) {
        self.init(
            fields: (0..<Int(table.num_entries)).map { index in
                let entry = table.entries[index]
                let value: Value =
                    switch Int32(entry.value.kind) {
                    case Int32(AMQP_FIELD_KIND_BOOLEAN.rawValue): .bool(entry.value.value.boolean != 0)
                    case Int32(AMQP_FIELD_KIND_I64.rawValue): .integer(entry.value.value.i64)
                    case Int32(AMQP_FIELD_KIND_TABLE.rawValue): .table(AMQPTable(copying: entry.value.value.table))
                    default: .text(String(entry.value.value.bytes))
                    }
                return Field(name: String(entry.key), value: value)
            })
    }
}
