public import JobCore

/// `callback.received`: a callback endpoint received a callback, checked its token and its body, and accepted it.
///
/// Only callback endpoints may publish it, so the recorder trusts its execution and its time. The body is the callback
/// as the service wrote it.
public struct CallbackReceived: ExecutionReport, Hashable {
    public var executionID: ExecutionID
    /// When the callback endpoint received the callback.
    public var receivedAt: Instant
    public var messageID: String?
    public var body: [UInt8]

    /// `messageID` is the deduplication key of a callback that the service published with an id of its own; by default
    /// the callback gets a new one.
    public init(
        executionID: ExecutionID, receivedAt: Instant, body: [UInt8], messageID: String = MessageID.callback()
    ) {
        self.executionID = executionID
        self.receivedAt = receivedAt
        self.messageID = messageID
        self.body = body
    }

    /// Reads a message. Throws `UnreadableMessage` when its execution or its time is missing or wrong.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        guard let execution = message.headers[Header.execution].flatMap(ExecutionID.init(text:)) else {
            throw UnreadableMessage("the header \(Header.execution) names no execution")
        }
        guard let time = message.headers[Header.receivedAt].flatMap(Int64.init),
            let receivedAt = Instant(readable: time)
        else { throw UnreadableMessage("the header \(Header.receivedAt) is not a time in milliseconds") }
        executionID = execution
        self.receivedAt = receivedAt
        messageID = message.id
        body = message.body
    }

    public static let kind = ReportKind.callbackReceived

    public var messageHeaders: [String: String] {
        [Header.execution: "\(executionID)", Header.receivedAt: String(receivedAt.millisecondsSinceEpoch)]
    }
}
