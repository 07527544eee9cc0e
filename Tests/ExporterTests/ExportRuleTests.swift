import Exporter
import Foundation
import JSON
import JobCore
import Messaging
import TestServers
import Testing

/// The rules: which file an event belongs to, what it is called, and when it is complete.
@Suite struct ExportRuleTests {
    private static func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

    @Test(arguments: [
        ("2026-11-27T03:00:00Z", "2026-11-27T03Z", "2026-11-27", 3_600_000),
        ("2026-11-27T03:59:59.999Z", "2026-11-27T03Z", "2026-11-27", 1),
        ("2026-12-31T23:30:00Z", "2026-12-31T23Z", "2026-12-31", 1_800_000),
        ("2027-01-01T00:00:00.001Z", "2027-01-01T00Z", "2027-01-01", 3_599_999),
        ("1970-01-01T00:00:00Z", "1970-01-01T00Z", "1970-01-01", 3_600_000),
    ])
    func `an hour is one of UTC`(now: String, text: String, day: String, left: Int64) throws {
        let now = try Self.instant(now)
        let hour = ExportHour(now)
        #expect(hour.text == text && hour.day == day && hour.millisecondsLeft(at: now) == left)
    }

    @Test(arguments: [
        ("03:10", 0, 0, "03:50", false), ("03:10", 10, 90, "03:50", false), ("03:10", 10, 91, "03:50", true),
        ("03:10", 0, 500, "03:50", false), ("03:10", 200, 0, "03:50", true), ("03:10", 100, 0, "03:50", false),
        ("03:59", 10, 0, "04:00", true), ("03:10", 0, 0, "02:50", true),
    ])
    func `a file is complete when its hour is over or it would become too large`(
        hour: String, bytes: Int64, adding: Int, now: String, isReached: Bool
    ) throws {
        let hours = try [hour, now].map { ExportHour(try Self.instant("2026-11-27T\($0):00Z")) }
        let answer = FileEnd.isReached(hour: hours[0], bytes: bytes, adding: adding, now: hours[1], bytesMax: 100)
        #expect(answer == isReached)
    }

    @Test(arguments: [("a", 1), ("a-1", 12), ("host-2026-11-27T03Z-b.example.org", 999_999_999_999)])
    func `a file's name tells its kind, hour, exporter and number`(exporter: String, number: Int64) throws {
        let hour = ExportHour(try Self.instant("2026-11-27T03:00:00Z"))
        for kind in ExportKind.allCases {
            let exporter = try #require(ExporterName(exporter))
            let name = ExportFileName(kind: kind, hour: hour, exporter: exporter, number: number)
            #expect(name.text == "\(kind)-2026-11-27T03Z-\(exporter.text)-\(number).jsonl.gz")
            #expect(ExportFileName(parsing: name.text) == name)
            #expect(ExportFileName(parsing: name.text + ".part") == name)
        }
    }

    @Test(arguments: [
        "", "events.jsonl.gz", "events-2026-11-27T03Z-a-0.jsonl.gz", "events-2026-11-27T03Z-a-1.jsonl.gz.damaged",
        "others-2026-11-27T03Z-a-1.jsonl.gz", "events-2026-11-27T03Z--1.jsonl.gz", "events-2026-11-27T03Z-a.jsonl.gz",
        "events-2026-11-27T03Z-a-1234567890123456789.jsonl.gz", "events-2026-11-27T03Z-a-1.jsonl.gz.part.part",
    ])
    func `a file with another form of name is nobody's`(text: String) {
        #expect(ExportFileName(parsing: text) == nil)
    }

    @Test(arguments: [
        ("a", true), ("Host_1.example-org", true), (String(repeating: "a", count: 64), true), ("", false),
        (String(repeating: "a", count: 65), false), (".a", false), ("-a", false), ("a/b", false), ("a b", false),
        ("ä", false), ("..", false), ("a\n", false),
    ])
    func `an exporter's name can be part of a file's name`(text: String, isValid: Bool) {
        #expect((ExporterName(text) != nil) == isValid)
    }

    private static func message(_ body: [UInt8]) -> InboundMessage {
        var message = InboundMessage(
            tag: MessageTag(epoch: 1, number: 1), exchange: "belfry.events", routingKey: "execution.finished.a.b",
            headers: ["belfry-note": "n"], id: "id-1", body: body)
        message.properties = ["content-type": "text/plain"]
        return message
    }

    @Test(arguments: [
        (#"{"id":"1"}"#, #"{"id":"1"}"#), (#"{"a":1.50,"b":"ü\n\u0000"}"#, #"{"a":1.50,"b":"ü\n\u0000"}"#),
        ("{\r\n  \"id\": \"1\"\n}\n", "{    \"id\": \"1\" } "), ("{}", "{}"),
        ("{\"a\":\"\u{2028}\"}", "{\"a\":\"\u{2028}\"}"),
    ])
    func `an event is one line, as it was published`(body: String, line: String) {
        let exported = ExportLine(Self.message(Array(body.utf8)))
        #expect(exported.kind == .events)
        #expect(String(decoding: exported.bytes, as: UTF8.self) == line + "\n")
    }

    @Test(arguments: [
        Array("".utf8), Array("no JSON".utf8), Array("{".utf8), [0xFF, 0x00, 0x0A], Array("[1]".utf8), Array("1".utf8),
        Array("{\"a\":1}{\"a\":2}".utf8), Array("{\"a\":\"\n\"}".utf8), Array("{\"a\":1,\"a\":2}".utf8),
        Array((String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 200)).utf8),
    ])
    func `what is no JSON object is kept whole, in one line of the rejected`(body: [UInt8]) throws {
        let exported = ExportLine(Self.message(body))
        #expect(exported.kind == .rejected)
        #expect(exported.bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1 && exported.bytes.last == 10)
        let line = try JSONValue(parsing: Array(exported.bytes.dropLast()))
        #expect(line["body_base64"]?.string == Data(body).base64EncodedString())
        #expect(line["body_bytes"]?.integer == Int64(body.count))
        #expect(line["routing_key"]?.string == "execution.finished.a.b" && line["message_id"]?.string == "id-1")
        #expect(line["headers"] == .object(["belfry-note": .string("n")]))
        #expect(line["properties"] == .object(["content-type": .string("text/plain")]))
        #expect(line["error"]?.string?.isEmpty == false)
    }
    @Test func `what was too large to be read is a line of the rejected, with its headers and its size`() throws {
        var message = Self.message([])
        message.unreadBodyBytes = 5_000_000
        let exported = ExportLine(message)
        #expect(exported.kind == .rejected)
        let line = try JSONValue(parsing: Array(exported.bytes.dropLast()))
        #expect(line["body_bytes"]?.integer == 5_000_000 && line["body_base64"] == nil)
        #expect(line["headers"] == .object(["belfry-note": .string("n")]) && line["message_id"]?.string == "id-1")
        #expect(line["error"]?.string == "the body was not read: it may have \(MessageLimits.readBodyBytesMax) bytes")
    }
}
