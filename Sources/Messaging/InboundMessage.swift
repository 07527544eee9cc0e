/// A message as a consumer receives it.
public struct InboundMessage: Sendable, Equatable {
    public var tag: MessageTag
    public var exchange: String
    public var routingKey: String
    /// String and whole-number headers, as text.
    public var headers: [String: String]
    public var id: String?
    public var isRedelivered: Bool
    /// True once this process has tried to handle the message, and has failed: the transaction of that try may be
    /// committed.
    public var isTriedAgain = false
    /// Further properties under their names in AMQP, such as `correlation-id`: of a service queue's messages only. The
    /// pipeline uses none.
    public var properties: [String: String] = [:]
    /// The header `x-death`, the newest entry first: of dead letters only.
    public var deaths: [BrokerDeath] = []
    public var body: [UInt8]
    /// The size of a body that was too large to be read: `body` is empty then. 0 otherwise. Only the readers of
    /// a stream and of an event fork's queue get such messages.
    public var unreadBodyBytes: UInt64 = 0

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

    /// Whether the message may have been handled before, by this or another process. What a first try has recorded is
    /// then on record, and what it has led to may not be published.
    public var mayHaveBeenHandled: Bool { isRedelivered || isTriedAgain }

    /// Whether the message was a dead letter and was replayed. What it led to before may be published long since, or
    /// never.
    public var isReplay: Bool { headers[Header.replays].flatMap(Int.init).map { $0 > 0 } ?? false }

    /// How often the broker has taken the message back because its consumer died, lost its connection or requeued it.
    /// Quorum queues count it; only the broker can mark a message as redelivered, so a publisher can't forge the count.
    public var returnCount: Int {
        isRedelivered ? headers["x-delivery-count"].flatMap(Int.init) ?? 1 : 0
    }

    /// The headers that may be published again. Headers that brokers add, such as `x-death`, are left out: because of
    /// them a broker may take the message for one in a cycle, and drop it. If all headers together are too large to be
    /// sent, the smallest are kept.
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

    /// The message's id; nil if it is too long to be published again. An id that is not UTF-8 grows when it is read.
    public var ownID: String? {
        id.flatMap { $0.utf8.count <= MessageLimits.shortStringBytesMax ? $0 : nil }
    }
}
