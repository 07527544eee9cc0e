import HTTPTypes
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import Testing

@testable import Console

@Suite struct `A replay or a drop of dead letters` {
    private let api = ConsoleAPI()
    private typealias Pass = ScriptedAnswers.Pass
    private static let id = ConsoleAPI.letter().id
    private static let before = ConsoleAPI.now.adding(seconds: -60)

    private func request() throws -> DeadLettersRequested { try #require(try api.deadLetterRequests().last) }

    private static let filters: [(body: String, filter: DeadLetterFilter)] = [
        (#"{"all": true}"#, DeadLetterFilter(before: ConsoleAPI.now)),
        (#"{"id": "\#(id)"}"#, DeadLetterFilter(id: id)),
        (
            #"{"queue": ["courier.bulk", "ingester.reports.0"], "service": "billing", "job": "a", "reason": "x_y"}"#,
            DeadLetterFilter(
                queues: [.courierBulk, .ingesterReports0], service: "billing", job: "a", reason: "x_y",
                before: ConsoleAPI.now)
        ),
        (#"{"error": "é x"}"#, DeadLetterFilter(error: "é x", before: ConsoleAPI.now)),
        (#"{"older_than_seconds": 0}"#, DeadLetterFilter(before: ConsoleAPI.now)),
        (#"{"older_than_seconds": 60.0}"#, DeadLetterFilter(before: before)),
        (#"{"before": "\#(before.rfc3339)"}"#, DeadLetterFilter(before: before)),
        (#"{"before": \#(before.millisecondsSinceEpoch)}"#, DeadLetterFilter(before: before)),
        (#"{"before": "\#(before.rfc3339)", "older_than_seconds": 5}"#, DeadLetterFilter(before: before)),
        (#"{"before": "\#(ConsoleAPI.now.rfc3339)", "older_than_seconds": 60}"#, DeadLetterFilter(before: before)),
        (#"{"all": true, "queue": null, "limit": null, "more": null}"#, DeadLetterFilter(before: ConsoleAPI.now)),
    ]

    @Test(arguments: filters, ["replay", "drop"])
    func `is about the letters that its body names, and about none that dies later`(
        row: (body: String, filter: DeadLetterFilter), action: String
    ) async throws {
        let answer = try await api.send(.post, "/dead-letters:\(action)", row.body)
        #expect(answer.status == 200)
        #expect(try request().filter == row.filter && request().action.rawValue == action)
        #expect(try request().limit == 1_000 && request().ratePerSecond == nil && !request().isDryRun)
        #expect(try answer.body["before"]?.string == row.filter.before?.rfc3339)
    }

    @Test func `has a limit, a rate, a place to go on from, and may be dry`() async throws {
        let place = DeadLetterPosition(queue: .courierBulk, id: Self.id)
        let token = Paging.token(after: place)
        let body = #"{"all": true, "limit": 7, "rate_per_second": 50, "dry_run": true, "more": "\#(token)"}"#
        let answer = try await api.send(.post, "/dead-letters:replay", body)
        #expect(try request().limit == 7 && request().ratePerSecond == 50 && request().isDryRun)
        #expect(try request().after == place && answer.body["dry_run"] == .bool(true))
    }

    @Test func `is answered with its counts, its failures and where to go on`() async throws {
        let more = DeadLetterPosition(queue: .courierBulk, id: ConsoleAPI.letter(3).id)
        let failure = DeadLettersResult.Failure(
            id: Self.id, queue: "courier.deliveries", code: "forged_origin", message: "The origin is another queue.")
        api.answers.script(
            Pass(
                result: DeadLettersResult(
                    scanned: 40, matched: 5, done: 4, failures: [failure], failed: 1, more: more)))
        let answer = try await api.send(.post, "/dead-letters:replay", #"{"all": true}"#)
        #expect(
            answer.text == #"{"matched":5,"done":4,"failed":1,"scanned":40,"dry_run":false,"#
                + #""ended_early":false,"before":"2030-03-17T17:46:40Z","#
                + #""failures":[{"id":"\#(Self.id)","queue":"courier.deliveries","#
                + #""code":"forged_origin","message":"The origin is another queue."}],"#
                + #""paging":{"more":"\#(Paging.token(after: more))"}}"#)
    }

    private static let mistakes: [(body: String, fields: [[String]])] = [
        ("{}", [["/all", "missing"]]), (#"{"all": false, "queue": []}"#, [["/all", "missing"]]),
        (#"{"dry_run": true, "limit": 5}"#, [["/all", "missing"]]),
        (#"{"all": 1}"#, [["/all", "wrong_type"]]),
        (#"{"queue": "courier.bulk"}"#, [["/queue", "wrong_type"]]),
        (#"{"queue": ["ticker.baton", 5]}"#, [["/queue", "not_allowed"], ["/queue", "not_allowed"]]),
        (#"{"id": "5"}"#, [["/id", "invalid"]]), (#"{"id": 5}"#, [["/id", "wrong_type"]]),
        (#"{"service": "a b", "job": ""}"#, [["/service", "invalid"], ["/job", "invalid"]]),
        (#"{"reason": "x-death"}"#, [["/reason", "invalid"]]), (#"{"error": ""}"#, [["/error", "invalid"]]),
        (#"{"error": "\u0000"}"#, [["/error", "invalid"]]),
        (#"{"older_than_seconds": 315360001}"#, [["/older_than_seconds", "out_of_range"]]),
        (#"{"before": "today"}"#, [["/before", "invalid"]]), (#"{"before": -1}"#, [["/before", "invalid"]]),
        (#"{"before": 253402300800000}"#, [["/before", "invalid"]]), (#"{"before": {}}"#, [["/before", "invalid"]]),
        (#"{"all": true, "limit": 0}"#, [["/limit", "out_of_range"]]),
        (#"{"all": true, "limit": 1001}"#, [["/limit", "out_of_range"]]),
        (#"{"all": true, "dry_run": "yes"}"#, [["/dry_run", "wrong_type"]]),
        (#"{"all": true, "more": "x"}"#, [["/more", "invalid"]]),
        (
            #"{"all": true, "limit": "5", "nothing": 1, "reason": 2}"#,
            [["/reason", "wrong_type"], ["/limit", "wrong_type"], ["/nothing", "unknown_field"]]
        ),
    ]

    @Test(arguments: mistakes, ["replay", "drop"])
    func `is refused with every mistake of its body at once, and nobody is asked`(
        mistake: (body: String, fields: [[String]]), action: String
    ) async throws {
        let answer = try await api.send(.post, "/dead-letters:\(action)", mistake.body)
        #expect(answer.status == 422 && api.memory.isIdle)
        let found = try (answer.body["errors"]?.array ?? []).map { [$0["field"]?.string, $0["code"]?.string] }
        #expect(found == mistake.fields)
    }

    @Test(arguments: [#"{"rate_per_second": 0}"#, #"{"rate_per_second": 10001}"#])
    func `has a rate within bounds, which only a replay has`(body: String) async throws {
        let replay = try await api.send(.post, "/dead-letters:replay", body.replacing("{", with: #"{"all": true, "#))
        #expect(try replay.body["errors"]?.array.first?["code"]?.string == "out_of_range")
        let drop = try await api.send(.post, "/dead-letters:drop", #"{"all": true, "rate_per_second": 5}"#)
        #expect(try drop.body["errors"]?.array.first?["code"]?.string == "unknown_field")
        let letter = try await api.send(.post, "/dead-letters:drop", #"{"all": true, "letter": {}}"#)
        #expect(try letter.body["errors"]?.array.first?["code"]?.string == "unknown_field")
        #expect(api.memory.isIdle)
    }

    @Test(arguments: ["/dead-letters:replay", "/dead-letters:drop"])
    func `needs a JSON object of a bounded size, and no query`(path: String) async throws {
        #expect(try await api.send(.post, path, "[]").status == 400)
        #expect(try await api.send(.post, path, "{").status == 400)
        #expect(try await api.send(.post, path).status == 415)
        #expect(try await api.send(.post, "\(path)?all=true", #"{"all": true}"#).status == 422)
        let bytesMax = path.hasSuffix("drop") ? 64 * 1_024 : 10 * 1_024 * 1_024
        let answer = try await api.send(.post, path, String(repeating: " ", count: bytesMax + 1))
        #expect(answer.status == 413)
        #expect(try answer.body["message"]?.string == "The body has more than \(bytesMax) bytes.")
        #expect(try await api.send(.get, path).status == 405 && api.memory.isIdle)
    }

    private static let lines: [(result: DeadLettersResult?, logged: String, done: String?)] = [
        (DeadLettersResult(scanned: 9, matched: 3, done: 2, failed: 1), "done", "2"),
        (DeadLettersResult(error: "interrupted"), "unavailable", nil),
        (DeadLettersResult(error: "position_gone"), "conflict", nil), (nil, "unavailable", nil),
    ]

    @Test(arguments: lines)
    func `leaves one line in the log, with the key, the letters and what came of it`(
        line: (result: DeadLettersResult?, logged: String, done: String?)
    ) async throws {
        api.answers.script(Pass(result: line.result))
        _ = try await api.send(.post, "/dead-letters:drop", #"{"queue": ["courier.bulk"], "error": "a\u001Bb"}"#)
        let entries = api.log.entries.filter { $0.message == "dead letters handled" }
        let metadata = try #require(entries.first?.metadata)
        #expect(entries.count == 1 && metadata["action"] == "drop" && metadata["by"] == "admin")
        #expect(metadata["result"] == "\(line.logged)" && metadata["done"] == line.done.map { "\($0)" })
        #expect(metadata["filter"] == "queue=courier.bulk error=ab before=\(ConsoleAPI.now.rfc3339)")
        #expect(try metadata["request_id"] == "\(request().requestID)" && metadata["dry_run"] == "false")
    }

    @Test func `that is only looked at leaves no line`() async throws {
        for path in ["/dead-letters", "/dead-letters:export", "/dead-letters/\(Self.id)"] {
            _ = try await api.send(.get, path)
        }
        #expect(api.log.entries.isEmpty)
    }
}
