public import JobCore

/// `ticker.baton`: the ticker that holds this message ticks. There is only one such message.
public struct Baton: PipelineMessage, Hashable, Codable {
    /// Occurrences up to this instant are ticked.
    public var cursor: Instant

    public init(cursor: Instant) {
        self.cursor = cursor
    }

    public var routingKey: String { RoutingKey.baton }
    public var messageID: String? { MessageID.baton(cursor: cursor) }

    private enum CodingKeys: String, CodingKey { case cursor = "cursor_ms" }
}
