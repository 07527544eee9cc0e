/// A message on its way to the broker.
public struct OutboundMessage: Sendable, Equatable {
    public var exchange: Exchange
    public var routingKey: String
    /// Sent as AMQP headers. Names that begin with `x-` belong to the broker, `x-belfry-token` excepted.
    public var headers: [String: String]
    /// The AMQP `message-id`.
    public var id: String?
    public var body: [UInt8]
    /// True: the broker must find a queue for it. Only what is said to whoever listens may go nowhere.
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

/// A message as a consumer gets it.
public struct InboundMessage: Sendable, Equatable {
    public var tag: MessageTag
    public var exchange: String
    public var routingKey: String
    /// String and whole-number headers, as text.
    public var headers: [String: String]
    public var id: String?
    public var isRedelivered: Bool
    public var body: [UInt8]

    public init(
        tag: MessageTag, exchange: String, routingKey: String, headers: [String: String] = [:], id: String? = nil,
        isRedelivered: Bool = false, body: [UInt8]
    ) {
        self.tag = tag
        self.exchange = exchange
        self.routingKey = routingKey
        self.headers = headers
        self.id = id
        self.isRedelivered = isRedelivered
        self.body = body
    }

    /// The headers that may go out again: what brokers add (`x-death` above all) must not, since a broker may take a
    /// republished message for one that goes in circles and drop it. Nor may what would not fit: the small ones stay.
    public var ownHeaders: [String: String] {
        var bytes = 0
        return headers.filter { !$0.key.lowercased().hasPrefix("x-") || $0.key == Header.token }
            .sorted {
                ($0.key.utf8.count + $0.value.utf8.count, $0.key) < ($1.key.utf8.count + $1.value.utf8.count, $1.key)
            }
            .reduce(into: [:]) { own, header in
                bytes += header.key.utf8.count + header.value.utf8.count
                guard header.key.utf8.count <= MessageLimits.shortStringBytesMax,
                    bytes <= MessageLimits.headerBytesMax / 2
                else { return }
                own[header.key] = header.value
            }
    }

    /// The message's id, unless it is too long to be sent: text that is not UTF-8 grows when it is read.
    public var ownID: String? {
        id.flatMap { $0.utf8.count <= MessageLimits.shortStringBytesMax ? $0 : nil }
    }
}

extension OutboundMessage {
    /// Why no broker can be sent this message; nil when it can. A client library that finds out in the middle of a
    /// message has to give up the connection, and all others' messages with it.
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

/// Says which delivery is meant, for as long as the connection that it came over lives.
public struct MessageTag: Sendable, Hashable, Comparable {
    /// Counts the connections of a subscription: a tag of an earlier one means nothing any more.
    public var epoch: UInt64
    public var number: UInt64

    public init(epoch: UInt64, number: UInt64) {
        self.epoch = epoch
        self.number = number
    }

    public static func < (left: MessageTag, right: MessageTag) -> Bool {
        (left.epoch, left.number) < (right.epoch, right.number)
    }
}

/// The headers that the pipeline itself uses.
public enum Header {
    /// The callback's token, when a service publishes its callback itself.
    public static let token = "x-belfry-token"
    /// When the door had the callback, in milliseconds since the epoch.
    public static let receivedAt = "belfry-received-at"
    /// How often a delivery was set aside because its target was busy.
    public static let deferrals = "belfry-deferrals"
    public static let deadReason = "belfry-dead-reason"
    public static let deadError = "belfry-dead-error"
    public static let deadAt = "belfry-dead-at"
    public static let originExchange = "belfry-origin-exchange"
    public static let originRoutingKey = "belfry-origin-routing-key"
    public static let originQueue = "belfry-origin-queue"
}
