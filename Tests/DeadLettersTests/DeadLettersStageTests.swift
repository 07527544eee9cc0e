import Determinism
import InMemoryLogging
import JobCore
import Logging
import Messaging
import MessagingTesting
import Testing

@testable import DeadLetters

/// Guarantee: a request that changes something is carried out at most once, and each is answered and logged.
@Suite(.timeLimit(.minutes(1))) struct `The stage of dead letters` {
    private let broker = MemoryBroker()
    private let logs = InMemoryLogHandler()
    private let scan = MemoryScan([.dispatcherRuns: (1...3).map { taken($0, id: "m-\($0)") }])

    /// Runs the stage until the queue of requests is empty.
    private func carryOut() async throws {
        let handler = logs
        let stage = DeadLetters(
            broker: broker, scan: scan, topology: topology, time: HandTime(milliseconds(1_000)),
            logger: Logger(label: "test") { _ in handler })
        let loop = Task { try await stage.run() }
        while !broker.isIdle { try await Task.sleep(for: .milliseconds(2)) }
        loop.cancel()
        try await loop.value
    }

    private func answers(to request: DeadLettersRequested) throws -> [DeadLettersAnswered] {
        try broker.unrouted.filter { $0.routingKey == RoutingKey.answer(to: request.asker) }.map { answer in
            let message = InboundMessage(
                tag: MessageTag(epoch: 0, number: 0), exchange: "", routingKey: "", headers: answer.headers,
                id: answer.id, body: answer.body)
            return try DeadLettersAnswered(reading: message, asker: request.asker)
        }
    }

    private func result(of request: DeadLettersRequested) throws -> DeadLettersResult? {
        guard case .end(_, _, let result)? = try answers(to: request).last else { return nil }
        return result
    }

    @Test func `a list is answered with the letters and an end`() async throws {
        let asked = request(.list)
        try await broker.publish([OutboundMessage(asked)])
        try await carryOut()
        let answers = try answers(to: asked)
        #expect(answers.count == 4 && answers.allSatisfy { $0.requestID == asked.requestID })
        guard case .letter(_, _, let first, let body)? = answers.first else { throw UnreadableMessage("no letter") }
        #expect(first.messageID == "m-1" && first.job == "send" && body.isEmpty)
        #expect(try result(of: asked) == DeadLettersResult(scanned: 3, matched: 3))
        #expect(logs.entries.allSatisfy { $0.message != "dead letters handled" })
    }

    @Test func `a letter whose headers are too large for an answer is shown without the largest`() async throws {
        let large = taken(9, headers: ["big": String(repeating: "\u{1}", count: 20_000), "small": "s"], id: "m-9")
        let scan = MemoryScan([.dispatcherRuns: [large]])
        let asked = request(.list)
        try await broker.publish([OutboundMessage(asked)])
        let loop = Task {
            try await DeadLetters(
                broker: broker, scan: scan, topology: topology, time: HandTime(milliseconds(1_000)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
        }
        while !broker.isIdle { try await Task.sleep(for: .milliseconds(2)) }
        loop.cancel()
        try await loop.value
        guard case .letter(_, _, let letter, _)? = try answers(to: asked).first else { throw UnreadableMessage("none") }
        #expect(letter.headers["small"] == "s" && letter.headers["big"] == nil)
    }

    @Test func `a replay is carried out and logged on one line`() async throws {
        let asked = request(.replay)
        try await broker.publish([OutboundMessage(asked)])
        try await carryOut()
        #expect(try result(of: asked)?.done == 3)
        let lines = logs.entries.filter { $0.message == "dead letters handled" }
        #expect(lines.count == 1)
        let line = try #require(lines.first?.metadata)
        #expect(line["action"] == "replay" && line["by"] == "ann" && line["request_id"] == "\(asked.requestID)")
        #expect(line["filter"] == "queue=dispatcher.runs" && line["matched"] == "3" && line["done"] == "3")
        #expect(line["failed"] == "0" && line["dry_run"] == "false")
    }

    @Test func `each action is logged, and a letter that is published with its origin`() async throws {
        var one = request(.republish)
        (one.letter, one.letterBody) = (letter(taken()), taken().message.body)
        one.letter?.executionID = ExecutionID(text: "01890a5d-ac96-774b-bcce-b302099a8057")
        try await broker.publish([OutboundMessage(request(.show)), OutboundMessage(one)])
        try await carryOut()
        let lines = logs.entries.filter { $0.message == "dead letters handled" }.map(\.metadata)
        try #require(lines.map { $0["action"] } == ["show", "republish"])
        #expect(lines[0]["matched"] == "3" && lines[0]["by"] == "ann" && lines[0]["routing_key"] == nil)
        #expect(lines[1]["origin_queue"] == "dispatcher.runs" && lines[1]["routing_key"] == "run.requested")
        #expect(lines[1]["message_id"] == "m-1")
        #expect(lines[1]["execution_id"] == "01890a5d-ac96-774b-bcce-b302099a8057")
    }

    @Test func `a dry run that was taken before is carried out again`() async throws {
        let asked = request(.replay, isDryRun: true)
        try await broker.publish([OutboundMessage(asked)])
        broker.requeue(broker.take(from: .deadletterRequests, limit: 1).map(\.tag))
        try await carryOut()
        #expect(try result(of: asked) == DeadLettersResult(scanned: 3, matched: 3, done: 3))
        #expect(await scan.published.isEmpty)
    }

    @Test func `a request that was taken before is not carried out again if it changes something`() async throws {
        let (replay, list) = (request(.replay), request(.list))
        try await broker.publish([OutboundMessage(replay), OutboundMessage(list)])
        broker.requeue(broker.take(from: .deadletterRequests, limit: 2).map(\.tag))
        try await carryOut()
        #expect(try result(of: replay) == DeadLettersResult(error: "interrupted"))
        #expect(try result(of: list)?.matched == 3)
        #expect(await scan.published.isEmpty)
    }

    @Test func `a request that cannot be read is a dead letter`() async throws {
        var bad: [DeadLettersRequested] = [request(.replay), request(.list), request(.replay), request(.drop)]
        bad[0].limit = 1_001
        bad[1].limit = 1_001
        bad[2].ratePerSecond = 0
        bad[3].asker = "belfry"
        bad.append(request(.republish))
        var messages = bad.map { OutboundMessage($0) }
        messages.append(OutboundMessage(routingKey: RoutingKey.deadLettersRequested, body: [0xFF]))
        messages.append(
            OutboundMessage(
                routingKey: RoutingKey.deadLettersRequested, headers: [Header.request: #"{"action":"all"}"#], body: []))
        try await broker.publish(messages)
        let handler = logs
        let stage = DeadLetters(
            broker: broker, scan: scan, topology: topology, time: HandTime(milliseconds(1_000)),
            logger: Logger(label: "test") { _ in handler })
        let loop = Task { try await stage.run() }
        while broker.waiting(in: "deadletter.requests.dead").count < messages.count {
            try await Task.sleep(for: .milliseconds(2))
        }
        loop.cancel()
        try await loop.value
        #expect(broker.unrouted.isEmpty)
        #expect(await scan.published.isEmpty)
    }
}
