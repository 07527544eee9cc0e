import Messaging

/// The messages in hand, as the lines that they become.
struct EventBatch {
    static let countMax = 1_000
    /// Fewer than the connection may have unacked, so that reading goes on while a batch is written.
    static let bytesMax = MessageLimits.unackedBytesMax / 2

    private(set) var tags: [MessageTag] = []
    private(set) var lines: [ExportKind: [UInt8]] = [:]
    private(set) var counts: [ExportKind: Int] = [:]

    var isEmpty: Bool { tags.isEmpty }

    /// How many more messages it takes; 0 if it is full.
    var room: Int {
        lines.values.reduce(0) { $0 + $1.count } < Self.bytesMax ? max(0, Self.countMax - tags.count) : 0
    }

    mutating func add(_ messages: [InboundMessage]) {
        for message in messages {
            let line = ExportLine(message)
            lines[line.kind, default: []] += line.bytes
            counts[line.kind, default: 0] += 1
            tags.append(message.tag)
        }
    }
}
