/// `deadletter.requested`: consoled asks deadletterd for one pass over dead letters.
///
/// A pass takes 20 s at most, beside 25 s to reach the place where it begins. The broker drops a request that nobody
/// has taken for 30 s, and the asker waits 55 s for the answers. A request that changes something is carried out at
/// most once: deadletterd answers one that the broker redelivers with the error `interrupted`.
///
/// The request is JSON in the header `Header.request`; the body is empty, or the letter's that is to be published.
public struct DeadLettersRequested: PipelineMessage, Equatable, Codable {
    /// What to do with the letters that the filter finds.
    public enum Action: String, Sendable, Codable, CaseIterable {
        /// Shows them without their bodies.
        case list
        /// Shows them with their bodies.
        case show
        /// Publishes them to where they came from.
        case replay
        /// Removes them.
        case drop
        /// Publishes `letter` with the body `letterBody`, which is in no queue, to where it came from.
        case republish
    }

    /// A UUID. The answers carry it.
    public var requestID: String
    /// A UUID: the process that has asked, whose routing key the answers have.
    public var asker: String
    public var action: Action
    public var filter: DeadLetterFilter
    /// Skips the letters up to and including this one, in its queue and in those before it.
    public var after: DeadLetterPosition?
    /// The most letters that are shown, replayed or removed in this pass.
    public var limit: Int
    /// The most bytes of all bodies and headers that are shown in this pass; a single letter may have more. Nil for no
    /// limit.
    public var bytesMax: Int?
    /// The most letters that are replayed in a second; nil for no limit.
    public var ratePerSecond: Int?
    /// Says what would be replayed or removed, and does nothing.
    public var isDryRun: Bool
    /// The name of the admin key, for the log.
    public var requestedBy: String
    /// Of `republish` only.
    public var letter: DeadLetter?
    /// Of `republish` only.
    public var letterBody: [UInt8] = []

    public init(
        requestID: String, asker: String, action: Action, filter: DeadLetterFilter, after: DeadLetterPosition? = nil,
        limit: Int, ratePerSecond: Int? = nil, isDryRun: Bool = false, requestedBy: String
    ) {
        self.requestID = requestID
        self.asker = asker
        self.action = action
        self.filter = filter
        self.after = after
        self.limit = limit
        self.ratePerSecond = ratePerSecond
        self.isDryRun = isDryRun
        self.requestedBy = requestedBy
    }

    /// Whether it publishes or removes letters, and so is carried out at most once.
    public var changesLetters: Bool {
        switch action {
        case .list, .show: false
        case .replay, .drop, .republish: !isDryRun
        }
    }

    public var routingKey: String { RoutingKey.deadLettersRequested }
    public var messageID: String? { requestID }
    public var messageHeaders: [String: String] {
        [Header.request: String(decoding: MessageCoder.encoded(self), as: UTF8.self)]
    }
    public var body: [UInt8] { letterBody }

    /// Reads a message. Throws `UnreadableMessage` with the field at fault.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        guard let request = message.headers[Header.request] else {
            throw UnreadableMessage("the header \(Header.request) is missing")
        }
        self = try MessageCoder.decode(Self.self, from: Array(request.utf8))
        letterBody = message.body
    }

    private enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case asker, action, filter, after, limit, letter
        case ratePerSecond = "rate_per_second"
        case isDryRun = "dry_run"
        case bytesMax = "bytes_max"
        case requestedBy = "requested_by"
    }
}
