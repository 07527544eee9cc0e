/// A message of the pipeline. It knows where it goes, by which id it is deduplicated, and whether a queue must take it,
/// so that nobody assembles one by hand.
///
///     try await broker.publish([OutboundMessage(RunRequested(executionID: id, jobName: name, requestedAt: now))])
public protocol PipelineMessage: Sendable {
    /// Where it goes on the pipeline's exchange.
    var routingKey: String { get }
    /// Computed from what it is about (see `MessageID`): the same message published twice has the same id.
    var messageID: String? { get }
    /// AMQP `mandatory`: false only for events, which nobody need subscribe to.
    static var isMandatory: Bool { get }
    var messageHeaders: [String: String] { get }
    /// JSON.
    var body: [UInt8] { get }
}

extension PipelineMessage {
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
            routingKey: message.routingKey, headers: message.messageHeaders.merging(headers) { $1 },
            id: message.messageID,
            body: message.body, isMandatory: type(of: message).isMandatory)
    }
}
