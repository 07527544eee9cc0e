/// An answer of deadletterd: one letter, or the end of the pass. Published to the exchange `answers`; the broker drops
/// it if the asker has gone.
///
/// An answer about a letter carries `letter` as JSON in the header `Header.letter`, and the letter's body as it is.
public enum DeadLettersAnswered: PipelineMessage, Equatable {
    /// One letter that the filter has found. `body` is empty in a list. A body of more than 4 MiB is cut off after its
    /// first 64 KiB: then `letter.bodyBytes` is greater than the body's count.
    case letter(requestID: String, asker: String, DeadLetter, body: [UInt8])
    /// The pass is over; no more answers follow.
    case end(requestID: String, asker: String, DeadLettersResult)

    public static var exchange: Exchange { .answers }
    public static var isMandatory: Bool { false }

    public var requestID: String {
        switch self {
        case .letter(let id, _, _, _), .end(let id, _, _): id
        }
    }

    public var routingKey: String {
        switch self {
        case .letter(_, let asker, _, _), .end(_, let asker, _): RoutingKey.answer(to: asker)
        }
    }

    public var messageID: String? { requestID }

    public var messageHeaders: [String: String] {
        guard case .letter(_, _, let letter, _) = self else { return [:] }
        return [Header.letter: String(decoding: MessageCoder.encoded(letter), as: UTF8.self)]
    }

    public var body: [UInt8] {
        switch self {
        case .letter(_, _, _, let body): body
        case .end(_, _, let result): MessageCoder.encoded(result)
        }
    }

    /// Reads a message of the asker's queue. Throws `UnreadableMessage`.
    public init(reading message: InboundMessage, asker: String) throws(UnreadableMessage) {
        let requestID = message.id ?? ""
        if let letter = message.headers[Header.letter] {
            let read = try MessageCoder.decode(DeadLetter.self, from: Array(letter.utf8))
            self = .letter(requestID: requestID, asker: asker, read, body: message.body)
        } else {
            self = .end(
                requestID: requestID, asker: asker, try MessageCoder.decode(DeadLettersResult.self, from: message.body))
        }
    }
}
