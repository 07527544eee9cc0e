import Foundation
import HTTPTypes
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import Testing

@testable import Console

@Suite struct `A letter that is in no queue` {
    private let api = ConsoleAPI()
    private typealias Pass = ScriptedAnswers.Pass
    private static let id = ConsoleAPI.letter().id

    private func replay(_ letter: String, more: String = "") async throws -> ConsoleAPI.Answer {
        try await api.send(.post, "/dead-letters:replay", #"{"letter": \#(letter)\#(more)}"#)
    }

    private static let bodies: [[UInt8]] = [
        [], Array("{\"a\": 1}".utf8), [0, 0x1B, 0x0A, 0x22, 0x5C], [0xFF, 0xFE, 0x00],
        Array(repeating: 1, count: 100_000), Array(repeating: 0x22, count: 4 * 1_024 * 1_024),
        Array(repeating: 0xFF, count: 4 * 1_024 * 1_024),
    ]

    @Test(arguments: bodies.indices)
    func `is published as it was exported, whatever its bytes`(index: Int) async throws {
        let body = Self.bodies[index]
        var letter = ConsoleAPI.letter(bodyBytes: body.count)
        letter.executionID = api.execution.id
        letter.error = "a\u{0}b"
        letter.headers["note"] = "\u{0}é"
        api.answers.script(Pass(letters: [(letter, body)], result: DeadLettersResult(scanned: 1, matched: 1, done: 1)))
        let page = try await api.send(.get, "/dead-letters:export")
        let line = page.text.dropFirst(#"{"count":1,"results":["#.count).dropLast(#"],"paging":{"more":null}}"#.count)
        let answer = try await replay(String(line))
        #expect(answer.status == 200)
        #expect(try answer.body["done"] == .integer(1) && answer.body["before"] == .null)
        let request = try #require(try api.deadLetterRequests().last)
        #expect(request.action == .republish && request.letter == letter && request.letterBody == body)
        #expect(request.limit == 1 && request.filter == DeadLetterFilter() && !request.isDryRun)
        let logged = api.log.entries.first { $0.message == "dead letters handled" }?.metadata
        #expect(logged?["action"] == "republish" && logged?["letter"] == "\(Self.id)")
    }

    @Test func `may be tried in a dry run, and needs its id, its queue and its body only`() async throws {
        let letter = #"{"id": "\#(Self.id)", "queue": "courier.bulk", "body": "x", "copies": 2, "error": null}"#
        #expect(try await replay(letter, more: #", "dry_run": true"#).status == 200)
        let request = try #require(try api.deadLetterRequests().last)
        #expect(request.isDryRun && request.letter?.originExchange == nil && request.letter?.reason == "unknown")
    }

    private static let mistakes: [(fields: String, errors: [[String]])] = [
        ("", [["/letter/id", "missing"], ["/letter/queue", "missing"], ["/letter/body", "missing"]]),
        (
            #""id": "x", "queue": "x", "body": 5"#,
            [
                ["/letter/id", "invalid"], ["/letter/queue", "invalid"], ["/letter/body", "wrong_type"],
            ]
        ),
        (#"ID, "body": "x", "body_base64": "eA==""#, [["/letter/body", "not_allowed"]]),
        (#"ID, "body_base64": "x""#, [["/letter/body_base64", "invalid"]]),
        (#"ID, "body": "x", "body_bytes": 2"#, [["/letter/body_bytes", "invalid"]]),
        (#"ID, "body": "x", "body_bytes": 2, "body_is_cut": true"#, [["/letter/body_is_cut", "not_allowed"]]),
        (
            #"ID, "body": "x", "headers": {"a": 1, "": "x"}"#,
            [
                ["/letter/headers/", "too_long"], ["/letter/headers/a", "wrong_type"],
            ]
        ),
        (#"ID, "body": "x", "headers": []"#, [["/letter/headers", "wrong_type"]]),
        (
            #"ID, "body": "x", "origin": {"queue": "courier.deliveries", "exchange": 1, "x": 1}"#,
            [
                ["/letter/origin/exchange", "wrong_type"], ["/letter/origin/queue", "invalid"],
                ["/letter/origin/x", "unknown_field"],
            ]
        ),
        (
            #"ID, "body": "x", "attempts": -1, "replays": "2", "first_dead_at": "now", "nothing": 1"#,
            [
                ["/letter/attempts", "out_of_range"], ["/letter/replays", "wrong_type"],
                ["/letter/first_dead_at", "invalid"], ["/letter/nothing", "unknown_field"],
            ]
        ),
        (#"ID, "body": "x", "execution_id": "x""#, [["/letter/execution_id", "invalid"]]),
        (#"ID, "body": "x", "error": "\#(String(repeating: "a", count: 65_537))""#, [["/letter/error", "too_long"]]),
    ]

    @Test(arguments: mistakes)
    func `is refused with every mistake at once, and nobody is asked`(
        mistake: (fields: String, errors: [[String]])
    ) async throws {
        let fields = mistake.fields.replacing("ID", with: #""id": "\#(Self.id)", "queue": "courier.bulk""#)
        let answer = try await replay("{\(fields)}")
        #expect(answer.status == 422 && api.memory.isIdle)
        let found = try (answer.body["errors"]?.array ?? []).map { [$0["field"]?.string, $0["code"]?.string] }
        #expect(found == mistake.errors)
    }

    @Test(arguments: ["body", "body_base64"])
    func `has a body of 4 MiB at most`(field: String) async throws {
        let bytes = Data(repeating: 0x61, count: 4 * 1_024 * 1_024 + 1)
        let text = field == "body" ? String(decoding: bytes, as: UTF8.self) : bytes.base64EncodedString()
        let answer = try await replay(#"{"id": "\#(Self.id)", "queue": "courier.bulk", "\#(field)": "\#(text)"}"#)
        let error = try answer.body["errors"]?.array.first
        #expect(answer.status == 422 && error?["field"]?.string == "/letter/\(field)")
        #expect(error?["code"]?.string == "too_long" && error?["message"]?.string == "has 4194305 bytes")
    }

    @Test func `has headers that fit into a request, and no other field beside it`() async throws {
        let long = String(repeating: "a", count: 65_500)
        let letter = #"{"id": "\#(Self.id)", "queue": "courier.bulk", "body": "x", "headers": {"a": "\#(long)"}}"#
        let answer = try await replay(letter)
        #expect(answer.status == 413)
        #expect(try answer.body["message"]?.string?.hasPrefix("The headers of the letter") == true)
        let two = try await replay(letter, more: #", "all": true"#)
        #expect(two.status == 422 && api.memory.isIdle)
        #expect(try await api.send(.post, "/dead-letters:replay", #"{"letter": 5}"#).status == 422)
    }
}
