/// A stage, as its pump sees it: a function from messages to messages.
public protocol MessageHandler: Sendable {
    /// Handles a batch in order, with one transaction for all of it. Given the same batch again it answers the same.
    ///
    /// Throws `HandlingError.retryLater` when the batch must wait (a store that is away); anything else thrown makes the
    /// pump try the messages one by one.
    func handle(_ batch: [InboundMessage]) async throws -> HandledBatch
}

/// What a handler made of a batch.
public struct HandledBatch: Sendable, Equatable {
    /// Published together, confirmed, before the batch is acknowledged.
    public var messages: [OutboundMessage]
    /// Messages that no retry can help, by their place in the batch.
    public var dead: [DeadLetter]

    public init(messages: [OutboundMessage] = [], dead: [DeadLetter] = []) {
        self.messages = messages
        self.dead = dead
    }

    public struct DeadLetter: Sendable, Equatable {
        public var index: Int
        public var reason: DeadLetterReason
        public var error: String

        public init(index: Int, reason: DeadLetterReason, error: String) {
            self.index = index
            self.reason = reason
            self.error = error
        }
    }
}

/// Why a message was parked for a person.
public enum DeadLetterReason: String, Sendable, CaseIterable {
    /// It can't be read: not JSON, a field missing, too long.
    case unreadable
    /// It can be read, but handling it fails each time.
    case failing
    /// Its token is not one of ours, or has expired.
    case forbidden
}

/// What a handler throws when the fault is not the message's.
public enum HandlingError: Error, Sendable, Equatable, CustomStringConvertible {
    case retryLater(String)

    public var description: String {
        switch self {
        case .retryLater(let reason): reason
        }
    }
}

extension InboundMessage {
    /// This message as a dead letter: body and headers unchanged (those that can't be sent left out), with where it
    /// came from and why it is here.
    public func deadLetter(
        from queue: WorkQueue, reason: DeadLetterReason, error: String, atMilliseconds: Int64
    ) -> OutboundMessage {
        var headers = ownHeaders
        headers[Header.deadReason] = reason.rawValue
        headers[Header.deadError] = Self.cut(error, toBytes: 1_024)
        headers[Header.deadAt] = String(atMilliseconds)
        headers[Header.originExchange] = exchange
        headers[Header.originRoutingKey] = routingKey
        headers[Header.originQueue] = queue.rawValue
        return OutboundMessage(exchange: .dead, routingKey: queue.rawValue, headers: headers, id: ownID, body: body)
    }

    private static func cut(_ text: String, toBytes most: Int) -> String {
        var bytes = 0
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix { scalar in
                    bytes += UTF8.width(scalar)
                    return bytes <= most
                }))
    }
}
