import Commands
import JSON
import JobCore
import Testing

/// One number for ever: a draw of 0, or nearly 1.
private struct FixedRandom: RandomNumberGenerator {
    var number: UInt64
    mutating func next() -> UInt64 { number }
}

@Suite struct `The plan of a mock's run` {
    private static let defaults = MockBehaviour()

    struct Row: Sendable {
        var name: String
        var draw: UInt64 = 0
        var change: @Sendable (inout MockBehaviour) -> Void
        var answerAt: Int64 = 0
        var expected: [String]
    }

    @Test(arguments: [
        Row(name: "defaults", change: { _ in }, expected: ["500 33", "1000 66", "1500 success"]),
        Row(name: "fail", change: { $0.outcome = .fail }, expected: ["500 33", "1000 66", "1500 fail"]),
        Row(
            name: "silent",
            change: {
                $0.outcome = .silent; $0.duplicates = 3
            }, expected: []),
        Row(
            name: "delay",
            change: {
                $0.delayMilliseconds = 70; $0.heartbeats = 1
            }, answerAt: 70,
            expected: ["570 50", "1070 success"]),
        Row(name: "no heartbeats", change: { $0.heartbeats = 0 }, expected: ["500 success"]),
        Row(name: "at once", change: { $0.everyMilliseconds = 0 }, expected: ["0 33", "0 66", "0 success"]),
        Row(
            name: "late",
            change: {
                $0.flex = .late; $0.heartbeats = 3
            },
            expected: ["500 25", "1500 50", "3000 75", "3500 success"]),
        Row(name: "early", change: { $0.flex = .early }, expected: ["250 33", "500 66", "1000 success"]),
        Row(
            name: "stop",
            change: {
                $0.flex = .stop; $0.heartbeats = 3
            }, expected: ["500 25", "1000 50"]),
        Row(
            name: "stop at once",
            change: {
                $0.flex = .stop; $0.heartbeats = 0
            }, expected: []),
        Row(
            name: "duplicates",
            change: {
                $0.heartbeats = 1; $0.duplicates = 2
            },
            expected: ["500 50", "500 50", "500 50", "1000 success", "1000 success", "1000 success"]),
        Row(
            name: "a low draw fails",
            change: {
                $0.failureRate = 0.001; $0.heartbeats = 0
            }, expected: ["500 fail"]),
        Row(
            name: "a high draw does not", draw: .max,
            change: {
                $0.failureRate = 0.999; $0.heartbeats = 0
            },
            expected: ["500 success"]),
        Row(
            name: "a rate of 1 always fails", draw: .max,
            change: {
                $0.failureRate = 1; $0.heartbeats = 0
            },
            expected: ["500 fail"]),
        Row(name: "a rate of 0 never fails", change: { $0.heartbeats = 0 }, expected: ["500 success"]),
    ])
    func `has a time for each callback`(row: Row) {
        var behaviour = Self.defaults
        row.change(&behaviour)
        var random = FixedRandom(number: row.draw)
        let plan = MockPlan(behaviour, random: &random)
        #expect(plan.callbacks.map(Self.text) == row.expected, "\(row.name)")
        #expect(plan.answerAtMilliseconds == row.answerAt, "\(row.name)")
    }

    @Test func `is the same for the same seed, and a rate is the share of runs that fail`() {
        var behaviour = Self.defaults
        behaviour.failureRate = 0.25
        func ends(seed: UInt64) -> [MockPlan.Report?] {
            var random = SeededRandom(seed: seed)
            return (0..<1_000).map { _ in MockPlan(behaviour, random: &random).callbacks.last?.report }
        }
        let runs = ends(seed: 7)
        #expect(runs == ends(seed: 7) && runs != ends(seed: 8))
        #expect((200...300).contains(runs.count { $0 == .fail }))
    }

    @Test func `stays within its limits with the greatest numbers that the flags allow`() {
        var behaviour = Self.defaults
        (behaviour.heartbeats, behaviour.everyMilliseconds, behaviour.flex) = (10_000, 3_600_000, .late)
        var random = SeededRandom(seed: 0)
        let callbacks = MockPlan(behaviour, random: &random).callbacks
        #expect(callbacks.count == 10_001)
        #expect(zip(callbacks, callbacks.dropFirst()).allSatisfy { $0.atMilliseconds < $1.atMilliseconds })
    }

    private static func text(_ callback: MockPlan.Callback) -> String {
        switch callback.report {
        case .heartbeat(let progress): "\(callback.atMilliseconds) \(progress)"
        case .success: "\(callback.atMilliseconds) success"
        case .fail: "\(callback.atMilliseconds) fail"
        }
    }
}

@Suite struct `An invocation that a mock reads` {
    @Test(arguments: [
        (#"{"callback_url":"http://a/callback/t.o.k"}"#, [:], "t.o.k"),
        (#"{"callback_url":"http://a/callback/t"}"#, ["x-belfry-token": "header"], "header"),
        (#"{"callback_url":"http://a/other/t"}"#, [:], ""), (#"{"callback_url":"x"}"#, [:], ""),
        (#"{"callback_url":7}"#, [:], ""), ("{}", [:], ""),
    ])
    func `has the token of its header, or else of its callback URL`(
        body: String, headers: [String: String], token: String
    ) throws {
        #expect(try #require(MockInvocation(body: Array(body.utf8), headers: headers)).token == token)
    }

    @Test(arguments: ["", "[]", "7", "{", "{}x"])
    func `is a JSON object`(body: String) {
        #expect(MockInvocation(body: Array(body.utf8), headers: [:]) == nil)
    }

    @Test func `names the queue of SQS for its callbacks, else another one does`() throws {
        let other = try SQSQueueURL("https://sqs.eu-west-1.amazonaws.com/123456789012/other")
        func queue(_ url: String?, otherwise other: SQSQueueURL?) throws -> String {
            let invocation = MockInvocation(
                body: Array("{}".utf8), headers: url.map { ["x-belfry-callback-queue-url": $0] } ?? [:])
            return try #require(invocation).callbackQueue(endpoint: "http://127.0.0.1:9", otherwise: other).name
        }
        #expect(try queue("http://127.0.0.1:9/123456789012/named", otherwise: other) == "named")
        #expect(try queue(nil, otherwise: other) == "other")
        #expect(throws: SQSQueueURL.Fault.self) { try queue(nil, otherwise: nil) }
        // A signed request must go to no host that a message names.
        #expect(throws: SQSQueueURL.Fault.self) { try queue("http://a/123456789012/named", otherwise: other) }
    }

    @Test func `has the places that take its callbacks, and a line with its names`() throws {
        let body = #"{"callback_url":"u","execution_id":"e","job_name":"j","attempt":2,"invocation_latency_ms":5}"#
        let invocation = try #require(
            MockInvocation(
                body: Array(body.utf8),
                headers: [
                    "webhook-id": "w", "x-belfry-callback-exchange": "x", "x-belfry-callback-queue-url": "q",
                ]))
        #expect(invocation.callbackURL == "u" && invocation.callbackExchange == "x")
        #expect(invocation.callbackQueueURL == "q")
        #expect(
            JSONValue.object(invocation.line(event: "webhook", at: 9))
                == .object([
                    "event": .string("webhook"), "id": .string("w"), "execution_id": .string("e"),
                    "job": .string("j"), "attempt": .integer(2), "latency_ms": .integer(5), "at_ms": .integer(9),
                ]))
    }
}
