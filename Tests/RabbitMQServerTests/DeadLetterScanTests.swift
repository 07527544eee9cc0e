import DeadLetters
import Foundation
import JobCore
import Logging
import Messaging
import TestServers
import Testing

@testable import RabbitMQ

/// Guarantee: dead letters can be listed, replayed and dropped; none is lost, moved or changed by that.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DeadLetterScanTests {
    private static let node = Task { try await PrivateBroker.start("letters") }

    /// Sets a policy on the queue of runs that keeps its dead-lettering.
    private func setPolicy(_ node: PrivateBroker, _ more: String) async throws {
        let definition = """
            {"dead-letter-exchange": "belfry.dead", "dead-letter-routing-key": "dispatcher.runs",
            "dead-letter-strategy": "at-least-once", "overflow": "reject-publish", \(more)}
            """
        try await node.control([
            "set_policy", "--priority", "10", "--apply-to", "queues", "test", "^belfry\\.dispatcher\\.runs$",
            definition,
        ])
    }

    @Test func `listing 100,000 letters again and again changes neither order nor headers`() async throws {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node) { desk in
            try await desk.publishLetters(100_000)
            try await desk.untilLetters(100_000)
            let all = DeadLetterFilter(queues: [.dispatcherRuns], error: "no such text")
            #expect(try await desk.askAll(desk.request(.list, all)).result == DeadLettersResult(scanned: 100_000))
            let dropped = DeadLetterFilter(
                queues: [.dispatcherRuns], error: "JOB 3", before: Instant(millisecondsSinceEpoch: 2_000))
            #expect(try await desk.askAll(desk.request(.drop, dropped, limit: 1_000)).result.done == 100)
            let every100th = DeadLetterFilter(queues: [.dispatcherRuns], job: "job-99", error: "job 9")
            let found = try await desk.askAll(desk.request(.list, every100th, limit: 1_000)).letters
            #expect(found.map(\.letter.messageID) == (0..<1_000).map { "m-\($0 * 100 + 99)" })
            let pages = (try await desk.ask(desk.request(.show)), try await desk.ask(desk.request(.show)))
            let expected = (0..<1_000).filter { $0 % 10 != 3 }.prefix(100).map { "m-\($0)" }
            #expect(pages.0.letters.map(\.letter.messageID) == expected)
            #expect(pages.0.letters.allSatisfy { $0.letter.headers.keys.sorted() == ["belfry-note"] })
            #expect(pages.0.letters.map(\.letter.attempts) == Array(repeating: 1, count: 100))
            #expect(pages.0.letters.map(\.letter) == pages.1.letters.map(\.letter))
            #expect(pages.0.letters.map(\.body) == pages.1.letters.map(\.body))
            try await desk.untilLetters(99_900)
        }
    }

    @Test func `kill -9 in the middle of a replay of 10,000 loses none, and doubles none that its id doesn't tell`()
        async throws
    {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node, stage: false) { desk in
            try await desk.publishLetters(10_000)
            try await desk.untilLetters(10_000)
            var replay = desk.request(.replay, limit: 1_000)
            replay.filter.before = Instant(millisecondsSinceEpoch: 20_000)
            try await desk.broker.publish([OutboundMessage(replay)])
            let killed = try await Program.run(
                "\(Project.bin)/deadletterd",
                environment: [
                    "BELFRY_AMQP_URL": node.url(user: "belfry-deadletterd"), "BELFRY_CRASH_AT": "after-confirm:3",
                ])
            #expect(killed.wasKilled)
            try await desk.goOn { desk in
                #expect(try await desk.answer(to: replay).result == DeadLettersResult(error: "interrupted"))
                let rest = try await desk.askAll(replay)
                // Two windows of at most 200 were removed.
                #expect(rest.result.failed == 0 && (9_600..<10_000).contains(rest.result.done))
                let runs = try await desk.takeAllRuns()
                #expect(Set(runs.compactMap(\.id)) == Set((0..<10_000).map { "m-\($0)" }))
                #expect((10_000...10_200).contains(runs.count))
                #expect(runs.allSatisfy { $0.headers[Header.replays] == "1" && $0.headers[Header.deadReason] == nil })
                try await desk.untilLetters(0)
            }
        }
    }

    @Test func `what fails again comes back with its replays counted, and is not replayed twice in one run`()
        async throws
    {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node) { desk in
            try await desk.publishLetters(3)
            try await desk.untilLetters(3)
            var replay = desk.request(.replay, limit: 2)
            replay.filter.before = SystemTime().now()
            #expect(try await desk.askAll(replay).result.done == 3)
            for message in try await desk.takeRuns(3) {
                try await desk.broker.publish([
                    message.deadLetter(
                        from: .dispatcherRuns, reason: .failing, error: "again",
                        atMilliseconds: SystemTime().now().millisecondsSinceEpoch)
                ])
            }
            #expect(try await desk.askAll(replay).result.matched == 0)
            let letters = try await desk.ask(desk.request(.list)).letters
            #expect(letters.map(\.letter.replays) == [1, 1, 1])
            #expect(letters.map(\.letter.firstDeadAt?.millisecondsSinceEpoch) == [1_000, 1_001, 1_002])
            let byID = try await desk.ask(desk.request(.drop, .init(id: letters[1].letter.id))).result
            #expect(byID.done == 1)
            let rate = try await desk.ask(desk.request(.replay, rate: 100)).result
            #expect(rate.done == 2 && rate.error == nil)
        }
    }

    @Test func `letters that the broker has dead-lettered are listed and replayed, and a forged x-death stays`()
        async throws
    {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node) { desk in
            try await setPolicy(node, #""message-ttl": 1, "delivery-limit": 20"#)
            try await desk.broker.publish([message("expired", RoutingKey.runRequested)])
            try await desk.publishForeign(
                headers: #"""
                    {"x-death": [{"queue": "belfry.dispatcher.runs", "reason": "expired", "exchange": "belfry",
                    "routing-keys": ["schedule.due"], "count": 5}], "belfry-origin-exchange": "belfry.dead"}
                    """#)
            try await desk.untilLetters(2)
            try await node.control(["clear_policy", "test"])
            let large = [UInt8](repeating: 0xFF, count: MessageLimits.readBodyBytesMax + 1)
            var stranger = try AMQPHandle.connect(desk.options.urls[0], options: desk.options)
            try stranger.publish(
                AMQPMessage(exchange: "belfry", routingKey: RoutingKey.runRequested, id: "large", body: large))
            let subscription = await desk.broker.subscribe(to: .dispatcherRuns, prefetch: 10)
            try await desk.untilLetters(3)
            let shown = try await desk.ask(desk.request(.show)).letters
            let reasons = Dictionary(uniqueKeysWithValues: shown.map { ($0.letter.messageID ?? "", $0.letter.reason) })
            #expect(reasons == ["id-expired": "expired", "foreign": "expired", "large": "rejected"])
            let tooLong = try #require(shown.first { $0.letter.messageID == "large" })
            #expect(tooLong.letter.bodyBytes == large.count && tooLong.body.count == MessageLimits.bodyBeginningBytes)
            #expect(shown.allSatisfy { $0.letter.lastDeadAt != nil || $0.letter.messageID == "foreign" })
            let result = try await desk.ask(desk.request(.replay)).result
            #expect(result.done == 2)
            // RabbitMQ 4 takes no x-death from a publisher; RabbitMQ 3 keeps its routing keys.
            #expect(result.failures.map(\.code) == ["forged_origin"])
            #expect(try await subscription.next(limit: 10).first?.id == "id-expired")
            try await desk.untilLetters(2)
            let again = try await desk.ask(desk.request(.list)).letters.first { $0.letter.messageID == "large" }
            #expect(again?.letter.replays == 1 && again?.letter.id == tooLong.letter.id)
            #expect(try await desk.ask(desk.request(.drop)).result.done == 2)
        }
    }

    @Test func `a letter that was returned too often is listed with that reason`() async throws {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node) { desk in
            try await setPolicy(node, #""delivery-limit": 1"#)
            var handle = try AMQPHandle.connect(desk.options.urls[0], options: desk.options)
            try handle.consume("belfry.dispatcher.runs", consumerTag: "x", prefetch: 1)
            try await desk.broker.publish([message("returned", RoutingKey.runRequested)])
            for _ in 0..<2 {
                var tag: UInt64?
                while tag == nil {
                    for event in try handle.readEvents() {
                        if case .delivered(_, let message) = event { tag = message.tag.number }
                    }
                    _ = handle.isReady(1, withinMilliseconds: 20)
                }
                try handle.requeue(try #require(tag))
            }
            try await desk.untilLetters(1)
            try await node.control(["clear_policy", "test"])
            let letter = try await desk.ask(desk.request(.list)).letters.first?.letter
            #expect(letter?.reason == "delivery_limit" && letter?.originRoutingKey == RoutingKey.runRequested)
            #expect(try await desk.ask(desk.request(.replay)).result.done == 1)
        }
    }

    @Test func `a letter with a forged origin, or whose origin has no queue, stays with the reason`() async throws {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node) { desk in
            try await desk.publishLetters(2)
            let forged = OutboundMessage(
                exchange: .dead, routingKey: "dispatcher.runs",
                headers: [Header.originExchange: "belfry", Header.originRoutingKey: "ticker.baton"], id: "forged",
                body: [])
            let bare = OutboundMessage(exchange: .dead, routingKey: "dispatcher.runs", body: [0xFF])
            try await desk.broker.publish([forged, bare])
            let management = "http://admin:secret@127.0.0.1:\(node.managementPort)/api/bindings/%2F/e/belfry/q"
            let unbound = try await Program.run(
                "/usr/bin/curl",
                ["-sf", "-X", "DELETE", "\(management)/belfry.dispatcher.runs/run.requested"])
            #expect(unbound.status == 0)
            let dry = try await desk.ask(desk.request(.replay, isDryRun: true)).result
            #expect(dry.done == 2 && dry.failed == 2)
            let result = try await desk.ask(desk.request(.replay)).result
            #expect(result.done == 0 && result.failed == 4)
            #expect(Set(result.failures.map(\.code)) == ["unroutable", "forged_origin", "no_origin"])
            try await desk.untilLetters(4)
            try TopologyDeclarer(options: desk.options, topology: RealBroker.topology).apply()
            #expect(try await desk.ask(desk.request(.replay)).result.done == 2)
            try await desk.untilLetters(2)
        }
    }

    @Test func `while one pass has the letters, another finds none and ends, and then all are there again`()
        async throws
    {
        let node = try await Self.node.value
        try await DeadLetterDesk.open(node, stage: false) { desk in
            try await desk.publishLetters(500)
            try await desk.untilLetters(500)
            let (first, second) = (
                RabbitDeadLetterScan(options: desk.options, topology: RealBroker.topology),
                RabbitDeadLetterScan(options: desk.options, topology: RealBroker.topology)
            )
            func ids(_ scan: RabbitDeadLetterScan) async throws -> [String] {
                try await scan.open(.dispatcherRuns)
                var ids: [String] = []
                while let letters = try await scan.next() { ids += letters.compactMap(\.message.id) }
                return ids
            }
            let all = (0..<500).map { "m-\($0)" }
            #expect(try await ids(first) == all)
            #expect(try await ids(second).isEmpty)
            await first.close()
            #expect(try await ids(second) == all)
            await second.close()
        }
    }
}

extension DeadLetterDesk {
    /// Runs the stage in this process while `body` runs.
    fileprivate func goOn(_ body: (DeadLetterDesk) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.runStage() }
            try await body(self)
            group.cancelAll()
        }
    }
}
