import JobCore
import Messaging

/// The message that a dead letter is replayed as.
///
/// A letter goes back into the work queue whose dead letter it is, and nowhere else: its origin must be the exchange of
/// that queue, with a routing key that leads there. Otherwise a publisher with a forged
/// origin could publish with deadletterd's rights.
struct Replay: Equatable {
    /// Why a letter can't be replayed. It stays.
    struct Fault: Error, Equatable {
        var code: String
        var message: String
    }

    var message: OutboundMessage

    /// What marks the replays of one run: all its passes have the same `before`. Nil without one.
    static func run(_ filter: DeadLetterFilter) -> String? { filter.before.map { "\($0.millisecondsSinceEpoch)" } }

    /// `headers` are the letter's own: `LetterReader.plainHeaders`.
    init(
        of letter: DeadLetter, in queue: WorkQueue, topology: Topology, headers: [String: String], body: [UInt8],
        run: String? = nil
    ) throws(Fault) {
        guard queue != .deadletterRequests else {
            throw Fault(
                code: "own_request",
                message: "it is a request about dead letters, whose asker has the answer 503 by now; drop it")
        }
        guard let exchange = letter.originExchange, let key = letter.originRoutingKey else {
            throw Fault(
                code: "no_origin",
                message: "nothing tells the exchange and the routing key that it was published with; take it to "
                    + "\(queue.rawValue) by hand, or drop it")
        }
        guard exchange == topology.name(of: queue.exchange), queue.accepts(routingKey: key) else {
            throw Fault(
                code: "forged_origin",
                message: "its origin, exchange “\(ForeignText.cleaned(exchange))” with routing key "
                    + "“\(ForeignText.cleaned(key))”, does not lead to \(queue.rawValue), where it was; drop it")
        }
        guard letter.bodyBytes <= MessageLimits.replayedBodyBytesMax, body.count == letter.bodyBytes else {
            throw Fault(
                code: "too_large",
                message: "its body has \(letter.bodyBytes) bytes, more than \(MessageLimits.replayedBodyBytesMax)")
        }
        var headers = headers
        headers[Header.replays] = String(min(letter.replays, LetterReader.countMax - 1) + 1)
        headers[Header.replayRun] = run
        headers[Header.deadFirstAt] = letter.firstDeadAt.map { "\($0.millisecondsSinceEpoch)" }
        message = OutboundMessage(
            exchange: queue.exchange, routingKey: key, headers: headers, id: letter.messageID, body: body)
        // The limit of a published body is for messages that stages must read.
        var small = message
        small.body = []
        if let fault = small.fault { throw Fault(code: "unreadable", message: fault) }
    }

    /// The replay of a letter that is in no queue, as it was exported.
    init(
        republishing letter: DeadLetter, body: [UInt8], topology: Topology
    ) throws(Fault) {
        guard let queue = WorkQueue(rawValue: letter.queue), queue.hasDeadLetters else {
            throw Fault(code: "forged_origin", message: "there is no queue “\(ForeignText.cleaned(letter.queue))”")
        }
        guard (0...LetterReader.countMax).contains(letter.replays) else {
            throw Fault(code: "unreadable", message: "replays is not a number from 0 to \(LetterReader.countMax)")
        }
        var letter = letter
        letter.bodyBytes = body.count
        let exported = InboundMessage(
            tag: MessageTag(epoch: 0, number: 0), exchange: "", routingKey: "", headers: letter.headers, body: [])
        try self.init(
            of: letter, in: queue, topology: topology, headers: LetterReader.plainHeaders(of: exported), body: body)
    }
}
