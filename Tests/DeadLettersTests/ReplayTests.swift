import JobCore
import Messaging
import Testing

@testable import DeadLetters

/// Guarantee: a letter goes back into the work queue where it was, or nowhere.
@Suite struct `A replay` {
    private func replay(_ taken: TakenLetter, in queue: WorkQueue = .dispatcherRuns) throws -> OutboundMessage {
        try Replay(
            of: letter(taken, in: queue), in: queue, topology: topology,
            headers: LetterReader.plainHeaders(of: taken.message), body: taken.message.body
        ).message
    }

    private func code(_ taken: TakenLetter, in queue: WorkQueue = .dispatcherRuns) -> String? {
        do {
            _ = try replay(taken, in: queue)
            return nil
        } catch {
            return (error as? Replay.Fault)?.code
        }
    }

    @Test func `a replay is the message as it was, with its replays counted and the time of its first failure`() throws
    {
        let headers: [String: String?] = [
            "x-belfry-token": "v1.main.t", "x-death": "1", "X-Delivery-Count": "4", "CC": "run.requested", "bcc": "x",
            Header.returnedCount: "10", Header.deferrals: "2", Header.letter: "{}", Header.judgedReplays: "9",
            Header.refusedAttempt: "4", Header.replayRun: "8000",
        ]
        let message = try replay(taken(headers: headers))
        #expect(
            message
                == OutboundMessage(
                    routingKey: "run.requested",
                    headers: [
                        "traceparent": "00-1", "x-belfry-token": "v1.main.t", Header.deferrals: "2",
                        Header.replays: "3", Header.deadFirstAt: "4000", Header.refusedAttempt: "4",
                    ], id: "m-1", body: taken().message.body))
    }

    @Test func `a body that is not UTF-8 is replayed as it is`() throws {
        #expect(try replay(taken(body: [0xFF, 0x00])).body == [0xFF, 0x00])
    }

    @Test func `a letter whose origin does not lead to its queue stays`() {
        let forged: [[String: String?]] = [
            [Header.originExchange: "belfry.callbacks"], [Header.originExchange: "amq.topic"],
            [Header.originExchange: ""], [Header.originExchange: "belfry.dead"],
            [Header.originRoutingKey: "schedule.due"], [Header.originRoutingKey: "run.requested.x"],
            [Header.originRoutingKey: ""], [Header.originRoutingKey: "#"],
        ]
        for headers in forged { #expect(code(taken(headers: headers)) == "forged_origin", "\(headers)") }
        #expect(code(taken(deaths: [death(key: "schedule.due")])) == "forged_origin")
        #expect(code(taken(deaths: [death(exchange: "belfry.retry")])) == "forged_origin")
    }

    @Test func `a letter without an origin stays`() {
        #expect(code(taken(headers: [Header.originExchange: nil])) == "no_origin")
        #expect(code(taken(headers: [Header.originRoutingKey: nil])) == "no_origin")
        #expect(code(taken(deaths: [death(key: nil)])) == "no_origin")
    }

    @Test func `a callback goes back to the exchange of callbacks with any routing key`() throws {
        let headers: [String: String?] = [
            Header.originExchange: "belfry.callbacks", Header.originRoutingKey: "any.key",
        ]
        let message = try replay(taken(headers: headers), in: .ingesterCallbacks)
        #expect(message.exchange == .callbacks && message.routingKey == "any.key")
        #expect(code(taken(headers: [Header.originRoutingKey: "any.key"]), in: .ingesterCallbacks) == "forged_origin")
    }

    @Test func `a letter of up to 16 MiB is replayed, and a longer one stays`() throws {
        let longest = [UInt8](repeating: 7, count: MessageLimits.replayedBodyBytesMax)
        #expect(try replay(taken(body: longest)).body.count == longest.count)
        #expect(code(taken(body: longest + [7])) == "too_large")
        #expect(code(taken(body: [7], bodyBytes: longest.count + 1)) == "too_large")
    }

    @Test func `an exported letter is published by the same rules`() throws {
        var exported = letter(taken())
        exported.headers["x-death"] = "1"
        exported.headers[Header.judgedReplays] = "9"
        exported.headers["BCC"] = "schedule.due"
        exported.headers[Header.originRoutingKey] = "schedule.due"
        let message = try Replay(republishing: exported, body: [1], topology: topology).message
        #expect(message.routingKey == "run.requested" && message.body == [1] && message.id == "m-1")
        #expect(message.headers == ["traceparent": "00-1", Header.replays: "3", Header.deadFirstAt: "4000"])
        for (queue, replays) in [
            ("no.such", 0), ("ticker.baton", 0), ("dispatcher.runs", -1), ("dispatcher.runs", .max),
        ] {
            var bad = exported
            (bad.queue, bad.replays) = (queue, replays)
            #expect(throws: Replay.Fault.self) { try Replay(republishing: bad, body: [], topology: topology) }
        }
        exported.messageID = String(repeating: "m", count: 256)
        #expect(throws: Replay.Fault.self) { try Replay(republishing: exported, body: [], topology: topology) }
    }
}
