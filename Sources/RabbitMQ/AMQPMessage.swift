/// A message as it goes to a broker: for any exchange, with or without Belfry's topology.
public struct AMQPMessage: Sendable, Equatable {
    /// A property that only some messages have (AMQP 0-9-1, 1.8.3).
    public enum Property: Sendable, Equatable {
        case correlationID(String)
        case type(String)
        case appID(String)
        case timestampSeconds(Int64)
        /// A queue drops the message when it has held it for this long.
        case expirationMilliseconds(Int64)
    }

    /// Empty for the default exchange, which leads to the queue that the routing key names.
    public var exchange: String
    public var routingKey: String
    public var headers: [String: String]
    /// The `message-id`.
    public var id: String?
    /// JSON.
    public var body: [UInt8]
    /// The broker returns the message if no queue is bound.
    public var isMandatory: Bool
    /// A list, since the pipeline's messages have none of them.
    public var properties: [Property]

    public init(
        exchange: String, routingKey: String, headers: [String: String] = [:], id: String? = nil, body: [UInt8],
        isMandatory: Bool = true, properties: [Property] = []
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.headers = headers
        self.id = id
        self.body = body
        self.isMandatory = isMandatory
        self.properties = properties
    }
}
