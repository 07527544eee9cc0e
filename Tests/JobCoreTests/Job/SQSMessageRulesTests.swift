import JSON
import Testing

@testable import JobCore

@Suite struct `A job whose target is on SQS` {
    private static func faults(_ changes: [String: JSONValue]) -> [String] {
        let target: [String: JSONValue] = [
            "invocation_type": .string("sqs"),
            "invocation_target": .string("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"),
        ]
        return SampleDocument.faults(target.merging(changes) { $1 })
    }

    private static func headers(_ headers: [String: String]) -> [String: JSONValue] {
        ["headers": .object(headers.mapValues { .string($0) })]
    }

    @Test func `may have four headers of its own, since Belfry needs six of the ten attributes`() {
        let four = ["a": "1", "b": "2", "c-d_e.f": "3", "G": "ä"]
        #expect(Self.faults(Self.headers(four)) == [])
        #expect(Self.faults(Self.headers(four.merging(["e": "5"]) { $1 })) == ["/headers"])
        #expect(SampleDocument.faults(Self.headers(four.merging(["e": "5"]) { $1 })) == [], "others may have more")
    }

    @Test(arguments: [
        ("AWS.a", "x"), ("amazon.b", "x"), (".a", "x"), ("a.", "x"), ("a..b", "x"), ("a!b", "x"),
        ("X-Belfry-Token", "x"),
        ("a", ""), ("a", "\u{FFFE}"), ("a", "\u{FFFF}"),
    ]) func `has only headers that SQS takes as attributes`(name: String, value: String) {
        #expect(Self.faults(Self.headers([name: value])) == ["/headers/\(name)"])
    }

    @Test func `has a payload that fits into a message of 256 KiB together with its headers`() {
        let room = SQSMessageRules.messageBytesMax - SQSMessageRules.reservedBytes - 2
        func faults(_ text: String, _ more: [String: JSONValue] = [:]) -> [String] {
            Self.faults(["payload": .string(text)].merging(more) { $1 })
        }
        #expect(faults(String(repeating: "a", count: room)) == [])
        #expect(faults(String(repeating: "a", count: room + 1)) == ["/payload"])
        #expect(faults(String(repeating: "\"", count: room / 2)) == [])
        #expect(faults(String(repeating: "\"", count: room / 2 + 1)) == ["/payload"])
        #expect(faults(String(repeating: "\u{FFFE}", count: room / 6 + 1)) == ["/payload"])
        #expect(faults(String(repeating: "a", count: room - 9), Self.headers(["a": "bc"])) == [])
        #expect(faults(String(repeating: "a", count: room - 8), Self.headers(["a": "bc"])) == ["/payload"])
    }

    @Test func `has a group of characters that SQS takes`() {
        #expect(
            SQSMessageRules.isGroup("billing/invoices") && SQSMessageRules.isGroup(String(repeating: "~", count: 128)))
        for text in ["", "a b", "ä", String(repeating: "a", count: 129)] { #expect(!SQSMessageRules.isGroup(text)) }
    }
}
