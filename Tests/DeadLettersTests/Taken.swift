import JobCore
import Messaging

@testable import DeadLetters

let topology = Topology(prefix: "belfry")

/// A letter of the queue of runs as a stage publishes it, with these headers added or taken out.
func taken(
    _ number: UInt64 = 1, headers changes: [String: String?] = [:], deaths: [BrokerDeath] = [], id: String? = "m-1",
    body: [UInt8] = Array(#"{"execution_id":"01890a5d-ac96-774b-bcce-b302099a8057","job":"billing/send"}"#.utf8),
    bodyBytes: Int? = nil
) -> TakenLetter {
    var headers: [String: String] = [
        Header.deadReason: "failing", Header.deadError: "there is no job", Header.deadAt: "5000",
        Header.deadFirstAt: "4000", Header.deadAttempts: "3", Header.replays: "2", Header.originExchange: "belfry",
        Header.originRoutingKey: "run.requested", Header.originQueue: "dispatcher.runs", "traceparent": "00-1",
    ]
    for (name, value) in changes { headers[name] = value }
    var message = InboundMessage(
        tag: MessageTag(epoch: 1, number: number), exchange: "belfry.dead", routingKey: "dispatcher.runs",
        headers: headers, id: id, body: body)
    message.deaths = deaths
    return TakenLetter(message, bodyBytes: bodyBytes ?? body.count)
}

func death(
    queue: String = "belfry.dispatcher.runs", reason: String = "delivery_limit", exchange: String = "belfry",
    key: String? = "run.requested", at: Instant? = Instant(millisecondsSinceEpoch: 7_000)
) -> BrokerDeath {
    BrokerDeath(queue: queue, reason: reason, exchange: exchange, routingKey: key, at: at)
}

func letter(_ taken: TakenLetter, in queue: WorkQueue = .dispatcherRuns) -> DeadLetter {
    LetterReader(queue: queue, topology: topology).letter(taken)
}

func milliseconds(_ count: Int64) -> Instant { Instant(millisecondsSinceEpoch: count) }
