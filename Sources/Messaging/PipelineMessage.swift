/// A message of the pipeline. It knows its routing key, its id, and whether a queue must take it, so that no stage
/// assembles a message by hand.
///
///     try await broker.publish([OutboundMessage(RunRequested(executionID: id, jobName: name, requestedAt: now))])
public protocol PipelineMessage: Sendable {
    /// The exchange that it is published to; that of the pipeline by default.
    static var exchange: Exchange { get }
    /// The routing key on that exchange.
    var routingKey: String { get }
    /// The deduplication key, computed by `MessageID`: the same message published twice has the same id.
    var messageID: String? { get }
    /// AMQP `mandatory`: false only for events, which nobody need subscribe to.
    static var isMandatory: Bool { get }
    /// The AMQP headers of the message; none by default.
    var messageHeaders: [String: String] { get }
    /// The body; by default the message as JSON.
    var body: [UInt8] { get }
}

extension PipelineMessage {
    public static var exchange: Exchange { .pipeline }
    public static var isMandatory: Bool { true }
    public var messageHeaders: [String: String] { [:] }
}

extension PipelineMessage where Self: Encodable {
    public var body: [UInt8] { MessageCoder.encoded(self) }
}

extension OutboundMessage {
    /// The message as AMQP carries it. `headers` are added to its own.
    public init(_ message: some PipelineMessage, headers: [String: String] = [:]) {
        self.init(
            exchange: type(of: message).exchange, routingKey: message.routingKey,
            headers: message.messageHeaders.merging(headers) { $1 },
            id: message.messageID,
            body: message.body, isMandatory: type(of: message).isMandatory)
    }
}
