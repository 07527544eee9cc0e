import Foundation
import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Testing

@testable import Console

@Suite struct `The body of a dead letter` {
    private let api = ConsoleAPI()
    private typealias Pass = ScriptedAnswers.Pass
    private static let id = ConsoleAPI.letter().id
    private static let path = "/dead-letters/\(id)"

    private func script(_ body: [UInt8], bodyBytes: Int? = nil) {
        let letter = ConsoleAPI.letter(bodyBytes: bodyBytes ?? body.count)
        api.answers.script(Pass(letters: [(letter, body)], result: DeadLettersResult(matched: 1)))
    }

    @Test(arguments: ["", "{\"a\": 1}", "\u{0}\u{1B}[31m\r\n\t\"\\é\u{202E}", "😀"])
    func `is text if it is UTF-8, with control characters escaped`(text: String) async throws {
        script(Array(text.utf8))
        let answer = try await api.send(.get, Self.path)
        #expect(answer.status == 200)
        #expect(try answer.body["body"]?.string == text && answer.body["body_base64"] == nil)
        #expect(try answer.body["body_is_cut"] == .bool(false) && answer.body["copies"] == nil)
        #expect(answer.text.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test(arguments: [[0xFF, 0xFE], [0xC3], [0x61, 0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]])
    func `is base64 if it is not UTF-8`(bytes: [UInt8]) async throws {
        script(bytes)
        let answer = try await api.send(.get, Self.path)
        #expect(try answer.body["body_base64"]?.string == Data(bytes).base64EncodedString())
        #expect(try answer.body["body"] == nil)
    }

    @Test(arguments: [(4_096, true), (4_097, false)])
    func `of control characters is base64 if it is long, and then an exported letter fits into a request`(
        count: Int, isText: Bool
    ) async throws {
        script(Array(repeating: 1, count: count))
        let answer = try await api.send(.get, Self.path)
        #expect(try (answer.body["body"] == nil) != isText && (answer.body["body_base64"] == nil) == isText)
        script(Array(repeating: 0x22, count: count))
        #expect(try await api.send(.get, Self.path).body["body"]?.string?.utf8.count == count)
    }

    @Test func `says that it is cut when there is more`() async throws {
        script([0x61], bodyBytes: 5_000_000)
        let answer = try await api.send(.get, Self.path)
        #expect(try answer.body["body_is_cut"] == .bool(true) && answer.body["body_bytes"] == .integer(5_000_000))
    }

    @Test func `comes with the number of letters that share the id`() async throws {
        let letters = [1, 1, 1].map { (letter: ConsoleAPI.letter($0), body: Array("x".utf8)) }
        api.answers.script(Pass(letters: letters, result: DeadLettersResult(matched: 3)))
        let answer = try await api.send(.get, Self.path)
        #expect(try answer.body["copies"] == .integer(3) && answer.body["body"]?.string == "x")
        let request = try #require(try api.deadLetterRequests().first)
        #expect(request.filter == DeadLetterFilter(id: Self.id) && request.action == .show && request.limit == 100)
        #expect(request.bytesMax == 4 * 1_024 * 1_024)
    }

    @Test func `is found in a later pass, each with an id of its own`() async throws {
        let api = ConsoleAPI(clock: StoppedTime())
        let more = DeadLetterPosition(queue: .courierDeliveries, id: .random())
        api.answers.script(
            Pass(result: DeadLettersResult(more: more)),
            Pass(letters: [(ConsoleAPI.letter(), [])], result: DeadLettersResult(matched: 1)))
        #expect(try await api.send(.get, Self.path).status == 200)
        let requests = try api.deadLetterRequests()
        #expect(requests.map(\.after) == [nil, more] && Set(requests.map(\.requestID)).count == 2)
    }

    @Test(arguments: ["x", "00000000-0000-4000-8000-00000000000", "..%2F"])
    func `of an id that is none is not found, and nobody is asked`(id: String) async throws {
        let answer = try await api.send(.get, "/dead-letters/\(id)")
        #expect(answer.status == 404 && api.memory.isIdle)
        #expect(try await api.send(.get, "\(Self.path)?x=1").status == 422)
    }

    @Test func `of an id that no letter has is not found`() async throws {
        api.answers.script(Pass(result: DeadLettersResult(scanned: 5)))
        let answer = try await api.send(.get, Self.path)
        #expect(answer.status == 404)
        #expect(try answer.body["message"]?.string == "There is no dead letter “\(Self.id)”. An id is a UUID.")
    }

    @Test func `is on each line of an export, whose page ends before it has more than 4 MiB of bodies`() async throws {
        let mebibyte = 1_024 * 1_024
        let letters = (1...6).map { number in
            (
                letter: ConsoleAPI.letter(number, bodyBytes: mebibyte),
                body: Array(repeating: UInt8(ascii: "a"), count: mebibyte)
            )
        }
        api.answers.script(Pass(letters: letters, result: DeadLettersResult(matched: 6)))
        let answer = try await api.send(.get, "/dead-letters:export?limit=100")
        let ids = try answer.body(bytesMax: 16 * mebibyte)["results"]?.array.map { $0["message_id"]?.string }
        #expect(ids == ["m-1", "m-2", "m-3", "m-4"])
        let place = DeadLetterPosition(queue: .courierDeliveries, id: ConsoleAPI.letter(4).id, copy: 1)
        let token = Paging.token(after: place)
        #expect(try answer.body(bytesMax: 16 * mebibyte)["paging"]?["more"]?.string == token)
        #expect(try api.deadLetterRequests().map(\.action) == [.show])
    }

    @Test func `of more than 4 MiB is a page alone`() async throws {
        let count = 4 * 1_024 * 1_024 + 1
        let body = Array(repeating: UInt8(ascii: "a"), count: count)
        api.answers.script(
            Pass(letters: [(ConsoleAPI.letter(1, bodyBytes: count), body), (ConsoleAPI.letter(2), [1])]))
        let answer = try await api.send(.get, "/dead-letters:export")
        #expect(try answer.body(bytesMax: 4 * count)["count"] == .integer(1))
    }
}

extension ConsoleAPI.Answer {
    /// The body of a long answer.
    fileprivate func body(bytesMax: Int) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), limits: JSONLimits(bytesMax: bytesMax))
    }
}
