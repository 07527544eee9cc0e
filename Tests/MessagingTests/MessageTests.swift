import JobCore
import Messaging
import MessagingTesting
import Testing

@Suite struct `A message's body` {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        arguments: [
            ("", "not JSON at all"), ("{", "cut off"), ("[]", "a list"), ("{}", "no field"), ("null", "null"),
            (#"{"execution_id": 5, "cancelled_at_ms": 5}"#, "an id that is a number"),
            (#"{"execution_id": "x", "cancelled_at_ms": 5}"#, "an id that is no UUID"),
            (#"{"execution_id": "0807ea34-e1e0-41d3-b570-1c889a90aff1"}"#, "a field missing"),
            (#"{"execution_id": "0807ea34-e1e0-41d3-b570-1c889a90aff1", "cancelled_at_ms": null}"#, "a null"),
            (
                #"{"execution_id": "0807ea34-e1e0-41d3-b570-1c889a90aff1", "cancelled_at_ms": 1.5}"#,
                "half a millisecond"
            ),
        ])
    func `a wrong message body is unreadable, with the reason`(text: String, fault: Comment) {
        let error = #expect(throws: UnreadableMessage.self, fault) {
            try MessageCoder.decode(ExecutionCancelled.self, from: Self.bytes(text))
        }
        #expect(error?.description.hasPrefix("not a ExecutionCancelled: ") == true)
    }

    @Test func `the error about an unreadable body names the missing field`() {
        let error = #expect(throws: UnreadableMessage.self) {
            try MessageCoder.decode(Baton.self, from: Self.bytes("{}"))
        }
        #expect(error?.description.contains("at /cursor_ms") == true)
    }

    @Test func `a message body longer than the limit is not decoded`() {
        let long = [UInt8](repeating: UInt8(ascii: " "), count: MessageLimits.decodedBodyBytesMax + 1)
        let error = #expect(throws: UnreadableMessage.self) { try MessageCoder.decode(Baton.self, from: long) }
        #expect(error?.description.contains("2097152") == true)
        let baton = Self.bytes(#"{"cursor_ms": 7}"#)
        let longest = long.dropFirst(1 + baton.count) + baton
        #expect(throws: Never.self) { try MessageCoder.decode(Baton.self, from: Array(longest)) }
    }

    @Test func `the largest payload fits into a message body, even if every character is escaped`() throws {
        let payload = String(repeating: "\u{1}", count: Limits.payloadBytesMax)
        let run = RunRequested(
            executionID: .random(), jobName: JobName(service: "s", job: "j"),
            requestedAt: Instant(secondsSinceEpoch: 1),
            payload: payload)
        let body = try MessageCoder.encode(run)
        #expect(try MessageCoder.decode(RunRequested.self, from: body) == run)
    }

    @Test func `the largest job fits into the request of its test, even if every character is escaped`() throws {
        let name = JobName(service: "s", job: "j")
        let headers = (0..<32).map { ("X-\($0)", String(repeating: "\"", count: 4_096)) }
        let job = Job(
            name: name,
            target: InvocationTarget(kind: .http, address: "https://" + String(repeating: "a", count: 2_040)),
            payload: String(repeating: "\u{1}", count: Limits.payloadBytesMax),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60,
            headers: Dictionary(uniqueKeysWithValues: headers)
        ).forTest
        let run = RunRequested(
            executionID: .random(), jobName: name, requestedAt: Instant(secondsSinceEpoch: 1), test: job)
        #expect(try MessageCoder.decode(RunRequested.self, from: MessageCoder.encode(run)) == run)
    }

    @Test func `the body of a delivery keeps all that courierd needs`() throws {
        var request = DeliveryRequested(
            executionID: .random(), jobName: JobName(service: "s", job: "j"),
            occurrence: Instant(millisecondsSinceEpoch: 1_234), attempt: 2,
            target: InvocationTarget(kind: .http, address: "https://example.com/hook"), headers: ["X-A": "b"],
            payload: nil, schedule: "rate(1 minute)", ttlSeconds: 60, heartbeatIntervalSeconds: 30, timeoutSeconds: 15,
            retry: RetryPolicy(maxAttempts: 4, backoffSeconds: [7]), deadline: Instant(secondsSinceEpoch: 61),
            lastSuccess: LastSuccess(
                executionID: .random(), occurrence: Instant(secondsSinceEpoch: 0), invokedAt: nil, state: "{}",
                summary: nil), isExclusive: true, retryOf: .random())
        #expect(try MessageCoder.decode(DeliveryRequested.self, from: MessageCoder.encode(request)) == request)
        request.isBulk = true
        #expect(try MessageCoder.decode(DeliveryRequested.self, from: MessageCoder.encode(request)) == request)
        #expect(try !String(decoding: MessageCoder.encode(request), as: UTF8.self).contains("test"))
        request.isTest = true
        #expect(try MessageCoder.decode(DeliveryRequested.self, from: MessageCoder.encode(request)) == request)
    }
}

@Suite struct `A dead letter` {
    private let message = InboundMessage(
        tag: MessageTag(epoch: 1, number: 4), exchange: "belfry", routingKey: "callback.received",
        headers: [
            "x-death": "3", "X-Delivery-Count": "21", "x-belfry-token": "v1.main.t", "belfry-received-at": "77",
            "traceparent": "00-1-1-00",
        ], id: "message-1", isRedelivered: true, body: [0xFF, 0x00, 0x7B])

    private func letter(error: String = "no") -> OutboundMessage {
        message.deadLetter(from: .ingesterReports1, reason: .forbidden, error: error, atMilliseconds: 1_700)
    }

    @Test func `a dead letter keeps body, id and headers, without the broker's headers`() {
        let letter = letter()
        #expect(letter.body == message.body)
        #expect(letter.id == "message-1")
        #expect(letter.headers["belfry-received-at"] == "77")
        #expect(letter.headers["traceparent"] == "00-1-1-00")
        #expect(letter.headers.keys.filter { $0.lowercased().hasPrefix("x-") } == ["x-belfry-token"])
    }

    @Test func `a dead letter contains reason, error, time and origin`() {
        let letter = letter()
        #expect(letter.exchange == .dead)
        #expect(letter.routingKey == "ingester.reports.1")
        #expect(letter.isMandatory)
        #expect(letter.headers[Header.deadReason] == "forbidden")
        #expect(letter.headers[Header.deadError] == "no")
        #expect(letter.headers[Header.deadAt] == "1700")
        #expect(letter.headers[Header.originExchange] == "belfry")
        #expect(letter.headers[Header.originRoutingKey] == "callback.received")
        #expect(letter.headers[Header.originQueue] == "ingester.reports.1")
    }

    @Test func `a dead letter keeps its replays and its first time, and counts how often it was in hand`() {
        #expect(letter().headers[Header.deadFirstAt] == "1700" && letter().headers[Header.deadAttempts] == "2")
        var replayed = message
        (replayed.headers[Header.replays], replayed.isRedelivered) = ("4", false)
        for (first, kept) in [("1699", "1699"), ("0", "0"), ("1701", "1700"), ("-1", "1700"), ("soon", "1700")] {
            replayed.headers[Header.deadFirstAt] = first
            let letter = replayed.deadLetter(
                from: .dispatcherRuns, reason: .failing, error: "no", atMilliseconds: 1_700)
            #expect(letter.headers[Header.deadFirstAt] == kept && letter.headers[Header.replays] == "4")
            #expect(letter.headers[Header.deadAttempts] == "1")
        }
        let tried = message.deadLetter(
            from: .courierBulk, reason: .failing, error: "no", atMilliseconds: 1, attempts: 7)
        #expect(tried.headers[Header.deadAttempts] == "7")
    }

    @Test func `a dead letter contains at most 1,024 bytes of the error`() {
        let letter = letter(error: String(repeating: "e", count: 5_000))
        #expect(letter.headers[Header.deadError]?.count == 1_024)
        let family = self.letter(error: String(repeating: "👩‍👩‍👧‍👦", count: 5_000))
        #expect((900...1_024).contains(family.headers[Header.deadError]?.utf8.count ?? 0))
    }

    @Test func `a dead letter can be published even if the id and headers of its message are too large`() {
        var hostile = message
        // A byte that is not UTF-8 becomes three bytes when it is read.
        hostile.id = String(repeating: "\u{FFFD}", count: 100)
        hostile.headers["small"] = "stays"
        hostile.headers[String(repeating: "n", count: 300)] = "v"
        for index in 0..<40 { hostile.headers["h\(index)"] = String(repeating: "v", count: 3_000) }
        let letter = hostile.deadLetter(from: .ingesterReports1, reason: .forbidden, error: "no", atMilliseconds: 1)
        #expect(letter.fault == nil)
        #expect(letter.id == nil && letter.headers["small"] == "stays")
        #expect(letter.headers[Header.deadReason] == "forbidden")
    }
}

@Suite struct `A message to be published` {
    private static let long = String(repeating: "x", count: 256)

    @Test(arguments: [
        OutboundMessage(routingKey: long, body: []), OutboundMessage(routingKey: "k", id: long, body: []),
        OutboundMessage(routingKey: "k", headers: [long: "v"], body: []),
        OutboundMessage(routingKey: "k", headers: ["n": String(repeating: "v", count: 65_536)], body: []),
        OutboundMessage(routingKey: "k", body: [UInt8](repeating: 0, count: 4 * 1_024 * 1_024 + 1)),
    ])
    func `a message that AMQP can't carry is refused before anything is sent`(message: OutboundMessage) async {
        #expect(message.fault != nil)
        let broker = MemoryBroker()
        await #expect(throws: PublishError.self) {
            try await broker.publish([OutboundMessage(routingKey: RoutingKey.scheduleDue, body: []), message])
        }
        #expect(broker.waiting(in: "dispatcher.due").isEmpty)
    }
}
