public import JobCore

/// `ticker.baton`: its holder ticks. There is one.
public struct Baton: PipelineMessage, Hashable, Codable {
    /// The last instant ticked.
    public var cursor: Instant

    public init(cursor: Instant) {
        self.cursor = cursor
    }

    public var routingKey: String { RoutingKey.baton }
    public var messageID: String? { MessageID.baton(cursor: cursor) }

    private enum CodingKeys: String, CodingKey { case cursor = "cursor_ms" }
}
