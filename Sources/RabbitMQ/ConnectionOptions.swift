/// How connections to the broker are made.
///
///     ConnectionOptions(urls: try BrokerURL.list(parsing: "amqp://mq1,amqp://mq2"), name: "tickerd")
public struct ConnectionOptions: Sendable {
    /// The broker's nodes, tried in turn. Must not be empty.
    public var urls: [BrokerURL]
    /// The name of the connection on RabbitMQ's own pages and in its log.
    public var name: String
    /// Two missed heartbeats end the connection. Zero would switch them off, so it must be at least one.
    public var heartbeatSeconds: Int
    /// A PEM file of the certificate authorities that `amqps://` brokers are checked against.
    public var caFile: String
    /// How long the socket may take to connect, and how long the broker may take for a reply.
    var connectSecondsMax = 5
    var answerSecondsMax = 10
    /// What a refusal is logged with.
    var advice = BrokerAdvice.pipeline

    public init(
        urls: [BrokerURL], name: String, heartbeatSeconds: Int = 10,
        caFile: String = "/etc/ssl/certs/ca-certificates.crt"
    ) {
        self.urls = urls
        self.name = name
        self.heartbeatSeconds = heartbeatSeconds
        self.caFile = caFile
    }
}
