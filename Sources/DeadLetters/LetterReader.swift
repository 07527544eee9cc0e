import JobCore
import Messaging

/// Reads dead letters. It believes nothing that it reads: the publisher of the message may have forged its headers.
///
/// A letter that the broker has dead-lettered has an entry for its work queue in `x-death`. One that a stage has
/// published has none, since stages take out the headers of brokers, and tells about itself in headers of ours. So with
/// such an entry, our headers are those that the message had before, and mean nothing.
struct LetterReader {
    let queue: WorkQueue
    let topology: Topology

    private func death(of message: InboundMessage) -> BrokerDeath? {
        message.deaths.first { $0.queue == topology.name(of: queue) }
    }

    private static func origin(of message: InboundMessage, _ death: BrokerDeath?) -> (String?, String?) {
        guard let death else {
            return (message.headers[Header.originExchange], message.headers[Header.originRoutingKey])
        }
        return (death.exchange, death.routingKey)
    }

    /// The letter's id alone, for one that is skipped.
    func id(of taken: TakenLetter) -> DeadLetterID {
        let origin = Self.origin(of: taken.message, death(of: taken.message))
        return Self.id(of: taken, in: queue, exchange: origin.0, routingKey: origin.1)
    }

    /// The letter, without its subject, which costs a look at the body.
    func letter(_ taken: TakenLetter) -> DeadLetter {
        let message = taken.message
        let death = death(of: message)
        let origin = Self.origin(of: message, death)
        var letter = DeadLetter(
            id: Self.id(of: taken, in: queue, exchange: origin.0, routingKey: origin.1), queue: queue.rawValue,
            reason: Self.reason(death?.reason ?? message.headers[Header.deadReason]),
            replays: Self.count(message.headers[Header.replays]) ?? 0, bodyBytes: taken.bodyBytes,
            headers: Self.plainHeaders(of: message))
        letter.originExchange = origin.0.map { ForeignText.cut($0, toBytes: MessageLimits.shortStringBytesMax) }
        letter.originRoutingKey = origin.1.map { ForeignText.cut($0, toBytes: MessageLimits.shortStringBytesMax) }
        letter.messageID = message.ownID
        if let death {
            letter.error = Self.explanation(ofBrokersReason: letter.reason)
            letter.lastDeadAt = death.at
        } else {
            letter.error = message.headers[Header.deadError].map { ForeignText.cleaned($0) }
            letter.lastDeadAt = Self.instant(message.headers[Header.deadAt])
            letter.attempts = Self.count(message.headers[Header.deadAttempts])
        }
        letter.firstDeadAt = letter.lastDeadAt
        if let first = Self.instant(message.headers[Header.deadFirstAt]), first <= letter.lastDeadAt ?? first {
            letter.firstDeadAt = first
        }
        return letter
    }

    /// The message's own headers, without those of brokers and those that make it a dead letter.
    static func plainHeaders(of message: InboundMessage) -> [String: String] {
        message.ownHeaders.filter { name, _ in
            !headersOfLetters.contains(name) && !namesOfCopyHeaders.contains(name.uppercased())
        }
    }

    private static let headersOfLetters: Set<String> = [
        Header.deadReason, Header.deadError, Header.deadAt, Header.deadFirstAt, Header.deadAttempts,
        Header.originExchange, Header.originRoutingKey, Header.originQueue, Header.replays, Header.replayRun,
        Header.letter,
        // A replay begins anew: a message that was set aside for its returns would be set aside again, and the record
        // is asked about each replay.
        Header.returnedCount, Header.judgedReplays,
    ]

    /// The broker would lead a copy to each key in them, or refuse the message.
    private static let namesOfCopyHeaders: Set<String> = ["CC", "BCC"]

    private static let namespace = DeadLetterID(namespace: JobName(service: "belfry", job: "dead").id.uuid, name: "")
        .uuid

    private static func id(
        of taken: TakenLetter, in queue: WorkQueue, exchange: String?, routingKey: String?
    ) -> DeadLetterID {
        let texts = [queue.rawValue, taken.message.id ?? "", exchange ?? "", routingKey ?? "", "\(taken.bodyBytes)"]
        return DeadLetterID(namespace: namespace, parts: texts.map { Array($0.utf8) } + [taken.message.body])
    }

    private static let reasonBytesMax = 64
    /// Nothing is tried or replayed more often.
    static let countMax = 1_000_000

    private static func reason(_ text: String?) -> String {
        let cleaned = ForeignText.cleaned(text ?? "", bytesMax: reasonBytesMax)
        return cleaned.isEmpty ? "unknown" : cleaned
    }

    private static func count(_ text: String?) -> Int? {
        text.flatMap(Int.init).flatMap { (0...countMax).contains($0) ? $0 : nil }
    }

    private static func instant(_ milliseconds: String?) -> Instant? {
        milliseconds.flatMap(Int64.init).flatMap(Instant.init(readable:))
    }

    private static func explanation(ofBrokersReason reason: String) -> String {
        switch reason {
        case "delivery_limit": "it was taken and returned too often: each program that took it ended before it was done"
        case "rejected": "a consumer rejected it: it has more than \(MessageLimits.readBodyBytesMax) bytes"
        case "expired": "it waited in its queue for longer than a policy allows"
        case "maxlen": "its queue was full"
        default: "the broker dead-lettered it"
        }
    }
}
