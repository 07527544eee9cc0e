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

@Suite struct `A list of dead letters` {
    private let api = ConsoleAPI()
    private typealias Pass = ScriptedAnswers.Pass

    private func fields(_ answer: ConsoleAPI.Answer) throws -> [[String?]] {
        try (answer.body["errors"]?.array ?? []).map { [$0["field"]?.string, $0["code"]?.string] }
    }

    @Test func `shows each letter with its origin, its counts and its times, and without its body`() async throws {
        var plain = DeadLetter(
            id: ConsoleAPI.letter(2).id, queue: "ingester.callbacks", reason: "unknown", bodyBytes: 0)
        plain.headers = ["a\u{1}": "\u{0}\n\"é"]
        api.answers.script(
            Pass(letters: [(ConsoleAPI.letter(), []), (plain, [])], result: DeadLettersResult(matched: 2)))
        let answer = try await api.send(.get, "/dead-letters")
        #expect(answer.status == 200)
        #expect(
            answer.text == #"{"count":2,"results":["#
                + #"{"id":"00000000-0000-4000-8000-000000000001","queue":"courier.deliveries","#
                + #""origin":{"exchange":"belfry","routing_key":"delivery.requested","queue":"courier.deliveries"},"#
                + #""reason":"failing","error":"no route","attempts":4,"replays":2,"#
                + #""first_dead_at":"2030-03-17T17:46:40Z","last_dead_at":"2030-03-17T17:46:41.500Z","#
                + #""message_id":"m-1","service_name":"billing","job_name":"invoices","execution_id":null,"#
                + #""body_bytes":2,"headers":{"belfry-deferrals":"3"}},"#
                + #"{"id":"00000000-0000-4000-8000-000000000002","queue":"ingester.callbacks","#
                + #""origin":{"exchange":null,"routing_key":null,"queue":"ingester.callbacks"},"#
                + #""reason":"unknown","error":null,"attempts":null,"replays":0,"#
                + #""first_dead_at":null,"last_dead_at":null,"#
                + #""message_id":null,"service_name":null,"job_name":null,"execution_id":null,"#
                + #""body_bytes":0,"headers":{"a\u0001":"\u0000\n\"é"}}],"paging":{"more":null}}"#)
    }

    @Test func `asks deadletterd for the conditions of its query`() async throws {
        let token = Paging.token(after: DeadLetterPosition(queue: .courierBulk, id: ConsoleAPI.letter(7).id))
        let path =
            "/dead-letters?queue=courier.deliveries&queue=courier.bulk,dispatcher.due&service=billing"
            + "&job=invoices&reason=delivery_limit&error=No+route%21&older_than_seconds=3600&limit=100&more=\(token)"
        _ = try await api.send(.get, path)
        _ = try await api.send(.get, "/dead-letters")
        let requests = try api.deadLetterRequests()
        #expect(
            requests.first?.filter
                == DeadLetterFilter(
                    queues: [.courierDeliveries, .courierBulk, .dispatcherDue], service: "billing", job: "invoices",
                    reason: "delivery_limit", error: "No route!", before: ConsoleAPI.now.adding(seconds: -3_600)))
        #expect(requests.first?.limit == 100 && requests.first?.action == .list)
        #expect(requests.first?.after == DeadLetterPosition(queue: .courierBulk, id: ConsoleAPI.letter(7).id))
        #expect(requests.map(\.asker) == [ScriptedAnswers.asker, ScriptedAnswers.asker])
        #expect(requests.map(\.requestedBy) == ["admin", "admin"])
        #expect(requests.last?.filter == DeadLetterFilter() && requests.last?.limit == 50)
        #expect(requests.last?.after == nil && requests.last?.bytesMax == 4 * 1_024 * 1_024)
        #expect(Set(requests.map(\.requestID)).count == 2 && DeadLetterID(text: requests[0].requestID) != nil)
    }

    private static let mistakes: [(query: String, fields: [[String]])] = [
        ("queue=belfry.courier.deliveries", [["/queue", "invalid"]]),
        ("queue=courier.deliveries,", [["/queue", "invalid"]]), ("queue=", [["/queue", "invalid"]]),
        ("queue=ticker.baton", [["/queue", "invalid"]]),
        ("service=a%20b&job=%00", [["/service", "invalid"], ["/job", "invalid"]]),
        ("reason=Failing", [["/reason", "invalid"]]), ("reason=", [["/reason", "invalid"]]),
        ("error=", [["/error", "invalid"]]),
        ("error=\(String(repeating: "a", count: 1_025))", [["/error", "invalid"]]),
        ("older_than_seconds=-1", [["/older_than_seconds", "invalid"]]),
        ("older_than_seconds=99999999999999999999", [["/older_than_seconds", "invalid"]]),
        ("limit=0", [["/limit", "out_of_range"]]), ("limit=1001", [["/limit", "out_of_range"]]),
        ("more=x", [["/more", "invalid"]]), ("more=", [["/more", "invalid"]]),
        ("reason=failing&reason=failing", [["/reason", "not_allowed"]]),
        ("before=1&all=true", [["/all", "unknown_field"], ["/before", "unknown_field"]]),
        (
            "queue=x&limit=x&nothing=1",
            [["/queue", "invalid"], ["/limit", "out_of_range"], ["/nothing", "unknown_field"]]
        ),
    ]

    @Test(arguments: mistakes, ["/dead-letters", "/dead-letters:export"])
    func `names every mistake of its query at once, and asks nobody`(
        mistake: (query: String, fields: [[String]]), path: String
    ) async throws {
        let answer = try await api.send(.get, "\(path)?\(mistake.query)")
        #expect(answer.status == 422)
        #expect(try fields(answer) == mistake.fields)
        #expect(api.memory.isIdle)
    }

    @Test func `goes on behind the letter that its token stands for, and takes no other token`() throws {
        let position = DeadLetterPosition(queue: .ingesterReports3, id: ConsoleAPI.letter(10).id)
        let token = Paging.token(after: position)
        #expect(Paging.deadLetterPosition(token) == position)
        let copy = DeadLetterPosition(queue: .ingesterReports3, id: position.id, copy: 0)
        #expect(Paging.deadLetterPosition(Paging.token(after: copy)) == copy)
        #expect(token.utf8.allSatisfy { JobName.hasPlainCharacters(String(UnicodeScalar($0))) || $0 == 0x3D })
        let id = "0000000a-0000-4000-8000-00000000000a"
        for other in [
            "ticker.baton/\(id)", "x/\(id)", "courier.bulk/\(id)x", "courier.bulk/", "courier.bulk", "",
            "courier.bulk/\(id)/-1", "courier.bulk/\(id)/01", "courier.bulk/\(id)/1/1",
            "courier.bulk/\(id)/x",
        ] {
            #expect(Paging.deadLetterPosition(Data(other.utf8).base64EncodedString()) == nil, "\(other)")
        }
        #expect(Paging.deadLetterPosition(Data("courier.bulk/\(id.uppercased())".utf8).base64EncodedString()) == nil)
        #expect(Paging.deadLetterPosition(token + "=") == nil)
    }

    @Test func `tells where the next page begins, by the end of the pass`() async throws {
        let more = DeadLetterPosition(queue: .courierBulk, id: ConsoleAPI.letter(5).id)
        api.answers.script(Pass(result: DeadLettersResult(scanned: 9, more: more)))
        let answer = try await api.send(.get, "/dead-letters?reason=unreadable")
        #expect(answer.status == 200)
        let token = Paging.token(after: more)
        #expect(answer.text == #"{"count":0,"results":[],"paging":{"more":"\#(token)"}}"#)
    }

    @Test(arguments: [true, false])
    func `whose answers break off is a shorter page, and the next goes on behind it`(isLost: Bool) async throws {
        api.answers.script(Pass(letters: [(ConsoleAPI.letter(1), []), (ConsoleAPI.letter(2), [])], isLost: isLost))
        let answer = try await api.send(.get, "/dead-letters")
        let place = DeadLetterPosition(queue: .courierDeliveries, id: ConsoleAPI.letter(2).id, copy: 1)
        let token = Paging.token(after: place)
        #expect(answer.status == 200)
        #expect(try answer.body["count"] == .integer(2) && answer.body["paging"]?["more"]?.string == token)
    }

    @Test func `whose answers break off between letters that share an id goes on behind as many of them`() async throws
    {
        let copies = [1, 2, 2].map { (letter: ConsoleAPI.letter($0), body: [UInt8]()) }
        let place = { DeadLetterPosition(queue: .courierDeliveries, id: ConsoleAPI.letter(2).id, copy: $0) }
        for (before, copy) in [(nil, 2), (1, 3), (5, 7)] as [(Int?, Int)] {
            api.answers.script(Pass(letters: copies))
            let after = before.map { "?more=\(Paging.token(after: place($0)))" } ?? ""
            let answer = try await api.send(.get, "/dead-letters\(after)")
            #expect(try answer.body["paging"]?["more"]?.string == Paging.token(after: place(copy)))
        }
    }

    @Test func `of a pass that was begun again shows no letter twice`() async throws {
        let letters = [1, 2, 1, 2, 3].map { (letter: ConsoleAPI.letter($0), body: [UInt8]()) }
        api.answers.script(Pass(letters: letters, result: DeadLettersResult(matched: 3)))
        let answer = try await api.send(.get, "/dead-letters")
        #expect(try answer.body["results"]?.array.map { $0["message_id"]?.string } == ["m-1", "m-2", "m-3"])
    }

    @Test func `ends with an error if the answer can't be read, which only the log shows`() async throws {
        var letter = ConsoleAPI.letter()
        letter.lastDeadAt = Instant(millisecondsSinceEpoch: -1)
        api.answers.script(Pass(letters: [(letter, [])]))
        let answer = try await api.send(.get, "/dead-letters")
        #expect(answer.status == 500 && !answer.text.contains("1970"))
        #expect(api.log.entries.contains { "\($0.metadata)".contains("last_dead_at_ms") })
    }
}
