import JSON

/// Messages that are published as one: reports of one line, or a single message of any kind.
struct ReportGroup {
    private let first: OutboundMessage
    private let batchKey: String
    private var parts: [ReportBatch.Part]
    private var bytes: Int

    /// `kind` is nil for a message that no other is joined with.
    init(_ first: OutboundMessage, _ kind: ReportKind?, batchKey: String) {
        self.first = first
        self.batchKey = batchKey
        parts = kind.map { [Self.part(first, $0)] } ?? []
        bytes = first.body.count
    }

    /// False if the batch would be too large with it.
    mutating func add(_ message: OutboundMessage, _ kind: ReportKind) -> Bool {
        bytes += message.body.count
        guard parts.count < ReportBatch.countMax, bytes <= ReportBatch.bytesMax else { return false }
        parts.append(Self.part(message, kind))
        return true
    }

    private static func part(_ message: OutboundMessage, _ kind: ReportKind) -> ReportBatch.Part {
        ReportBatch.Part(
            kind: kind.rawValue, id: message.id, headers: message.headers.isEmpty ? nil : message.headers,
            body: JSONSource(message.body))
    }

    /// What is published.
    var message: OutboundMessage {
        guard parts.count > 1 else { return first }
        return OutboundMessage(routingKey: batchKey, body: MessageCoder.encoded(ReportBatch(parts)))
    }
}
