public import JobCore

/// `callback.received`: a service reported on its run. The callback endpoint publishes it, or the service itself.
///
/// The body is the callback as the service wrote it. The token names the execution; the recorder checks it, since a
/// service may publish the message, too.
public struct CallbackReceived: PipelineMessage, Hashable {
    public var token: String
    /// When the callback endpoint received the callback; nil when the service published it without a time.
    public var receivedAt: Instant?
    /// Nil when the service published the message without an id.
    public var messageID: String?
    public var body: [UInt8]

    /// A callback that the callback endpoint received now.
    public init(token: String, receivedAt: Instant, body: [UInt8]) {
        self.token = token
        self.receivedAt = receivedAt
        self.messageID = MessageID.callback()
        self.body = body
    }

    /// Reads a message. Throws `UnreadableMessage` when its token is missing.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        guard let token = message.headers[Header.token] else {
            throw UnreadableMessage("the header \(Header.token) is missing")
        }
        self.token = token
        receivedAt = message.headers[Header.receivedAt].flatMap(Int64.init).map(Instant.init(millisecondsSinceEpoch:))
        messageID = message.id
        body = message.body
    }

    public var routingKey: String { RoutingKey.callbackReceived }

    public var messageHeaders: [String: String] {
        var headers = [Header.token: token]
        if let receivedAt { headers[Header.receivedAt] = String(receivedAt.millisecondsSinceEpoch) }
        return headers
    }
}
