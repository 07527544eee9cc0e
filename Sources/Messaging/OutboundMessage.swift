/// A message to be published, as AMQP carries it.
///
/// Stages create it from a `PipelineMessage`, which knows its routing key and its id:
///
///     try await broker.publish([OutboundMessage(ExecutionCancelled(executionID: id, cancelledAt: now))])
public struct OutboundMessage: Sendable, Equatable {
    public var exchange: Exchange
    public var routingKey: String
    /// Sent as AMQP headers. Names that begin with `x-` belong to the broker, except `x-belfry-token`.
    public var headers: [String: String]
    /// The AMQP `message-id`.
    public var id: String?
    public var body: [UInt8]
    /// AMQP `mandatory`: the broker returns the message if no queue is bound. False only for events.
    public var isMandatory: Bool

    public init(
        exchange: Exchange = .pipeline, routingKey: String, headers: [String: String] = [:], id: String? = nil,
        body: [UInt8], isMandatory: Bool = true
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.headers = headers
        self.id = id
        self.body = body
        self.isMandatory = isMandatory
    }
}

extension OutboundMessage {
    /// Why AMQP cannot carry this message; nil when it can. Check it before anything is sent: a client library that
    /// finds the fault in the middle of a message must close the connection, and all other messages on it fail, too.
    public var fault: String? {
        let strings = [routingKey, id ?? ""] + headers.keys
        if let long = strings.first(where: { $0.utf8.count > MessageLimits.shortStringBytesMax }) {
            return "“\(long.prefix(40))…” has more than \(MessageLimits.shortStringBytesMax) bytes"
        }
        let bytes = headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if bytes > MessageLimits.headerBytesMax {
            return "the headers have \(bytes) bytes, more than \(MessageLimits.headerBytesMax)"
        }
        if body.count > MessageLimits.publishedBodyBytesMax {
            return "the body has \(body.count) bytes, more than \(MessageLimits.publishedBodyBytesMax)"
        }
        return nil
    }
}
