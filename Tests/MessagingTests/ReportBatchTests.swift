import JSON
import JobCore
import Messaging
import Testing

/// Guarantee: reports that travel together arrive as if each had been published alone, in their order.
@Suite struct `A batch of reports` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    /// Two executions of each of the first two lines.
    private static let ids = ReportLine.allCases.prefix(2).map { line in
        Array((0..<200).map { _ in ExecutionID.random() }.filter { ReportLine(of: $0) == line }.prefix(2))
    }

    private static func accepted(_ id: ExecutionID, error: String? = nil) -> OutboundMessage {
        let attempt = Attempt(number: 1, at: now, statusCode: 200, latencyMilliseconds: 7, error: error)
        return OutboundMessage(DeliveryAccepted(executionID: id, attempt: attempt))
    }

    private static func callback(_ id: ExecutionID, _ body: String) -> OutboundMessage {
        OutboundMessage(CallbackReceived(executionID: id, receivedAt: now, body: Array(body.utf8)))
    }

    private static func taken(_ line: ReportLine) -> OutboundMessage {
        OutboundMessage(MarkTaken(madeAt: now, takenAt: now, line: line))
    }

    private static func inbound(_ message: OutboundMessage, headers: [String: String] = [:]) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 1, number: 2), exchange: "belfry", routingKey: message.routingKey,
            headers: message.headers.merging(headers) { $1 }, id: message.id, isRedelivered: true, body: message.body)
    }

    /// What arrives of these messages, without what the broker adds.
    private static func arriving(_ messages: [OutboundMessage]) throws -> [OutboundMessage] {
        try messages.flatMap { try inbound($0).reports }.map {
            OutboundMessage(routingKey: $0.routingKey, headers: $0.headers, id: $0.id, body: $0.body)
        }
    }

    @Test func `reports of each line are joined, and arrive with their ids, headers and bodies`() throws {
        let (zero, one) = (Self.ids[0], Self.ids[1])
        let messages = [
            Self.accepted(zero[0]), Self.accepted(one[0], error: "a “quote\""), Self.accepted(zero[1]),
            Self.accepted(one[1]), Self.accepted(zero[0]),
        ]
        let joined = ReportBatch.joined(messages)
        #expect(joined.map(\.routingKey) == ["delivery.reports.0", "delivery.reports.1"])
        #expect(joined.allSatisfy { $0.isMandatory && $0.exchange == .pipeline })
        #expect(try Self.arriving(joined) == [0, 2, 4, 1, 3].map { messages[$0] })
    }

    @Test func `callbacks arrive as their services wrote them`() throws {
        let bodies = [
            #"{"status":"success","state":"\u00e9 1.0e2"}"#, #"{"status":"fail","error":{"amount":1.50,"z":1,"a":2}}"#,
        ]
        let messages = bodies.map { Self.callback(Self.ids[0][0], $0) }
        let joined = ReportBatch.joined(messages)
        #expect(joined.map(\.routingKey) == ["callback.reports.0"])
        #expect(try Self.arriving(joined) == messages)
    }

    @Test func `a report without another one of its line stays a message of its own`() {
        let messages = [Self.accepted(Self.ids[0][0]), Self.accepted(Self.ids[1][0])]
        #expect(ReportBatch.joined(messages) == messages)
        #expect(ReportBatch.joined([messages[0]]) == [messages[0]])
        #expect(ReportBatch.joined([]).isEmpty)
    }

    /// A mark says that what stood before it is over: a report may come earlier than it was to, and not later.
    @Test func `other messages keep their places, and no report moves behind one`() {
        let line = ReportLine(of: Self.ids[0][0])
        let (first, second) = (Self.accepted(Self.ids[0][0]), Self.accepted(Self.ids[0][1]))
        let joined = ReportBatch.joined([first, Self.taken(line), second])
        #expect(joined.map(\.routingKey) == ["delivery.reports.0", "mark.taken.0"])
        #expect(
            ReportBatch.joined([Self.taken(line), first, second]).map(\.routingKey)
                == ["mark.taken.0", "delivery.reports.0"])
    }

    @Test func `a batch is cut before it is too large, and a large report goes alone, all in their order`() throws {
        let id = Self.ids[0][0]
        let small = (0..<3).map { Self.callback(id, #"{"summary":"\#($0)"}"#) }
        let large = Self.callback(id, #"{"summary":"\#(String(repeating: "x", count: 262_144))"}"#)
        let messages = small.prefix(2) + [large] + [small[2]]
        let joined = ReportBatch.joined(Array(messages))
        #expect(joined.count == 3 && joined[1] == large)
        #expect(try Self.arriving(joined) == Array(messages))
        let many = (0..<1_001).map { _ in Self.accepted(id) }
        #expect(try ReportBatch.joined(many).map { try Self.inbound($0).reports.count } == [500, 500, 1])
    }

    @Test func `a body may be as deep and have as many values in a batch as alone`() throws {
        let depth = JSONLimits.standard.depthMax - 1
        let deep = #"{"error":\#(String(repeating: "[", count: depth))\#(String(repeating: "]", count: depth))}"#
        let wide = #"{"error":[\#(Array(repeating: "0", count: 9_990).joined(separator: ","))]}"#
        let messages = (0..<11).map { Self.callback(Self.ids[0][0], $0 == 0 ? deep : wide) }
        let joined = ReportBatch.joined(messages)
        #expect(joined.count == 1)
        #expect(try Self.arriving(joined) == messages)
    }

    @Test func `a report keeps what the broker says of the message that it came in`() throws {
        let joined = ReportBatch.joined([Self.accepted(Self.ids[0][0]), Self.accepted(Self.ids[0][1])])
        let message = Self.inbound(try #require(joined.first), headers: ["x-delivery-count": "3"])
        for report in try message.reports {
            #expect(report.tag == message.tag && report.returnCount == 3 && report.exchange == "belfry")
        }
    }

    /// A replay of its dead letter must not give the report a routing key that its publisher may not use.
    @Test(arguments: ["callback.received", "execution.cancelled", "what.else", "delivery.reports"])
    func `a report that the batch may not hold stays a batch of one`(kind: String) throws {
        let good = #"{"kind":"delivery.accepted","id":"a","body":{"n":1}}"#
        let bad = #"{"kind":"\#(kind)","id":"b","body":{"status":"success"}}"#
        let batch = OutboundMessage(
            routingKey: "delivery.reports.0", body: Array(#"{"reports":[\#(good),\#(bad)]}"#.utf8))
        let reports = try Self.inbound(batch).reports
        #expect(reports.map(\.routingKey) == ["delivery.accepted.0", "delivery.reports.0"])
        #expect(String(decoding: reports[1].body, as: UTF8.self) == #"{"reports":[\#(bad)]}"#)
        #expect(try reports[1].reports == [reports[1]])
    }

    @Test(arguments: ["", "[]", "{}", #"{"reports":[]}"#, #"{"reports":[{"kind":"a"}]}"#, #"{"reports":[1]}"#])
    func `a body that is no batch is unreadable`(body: String) {
        let message = Self.inbound(OutboundMessage(routingKey: "callback.reports.3", body: Array(body.utf8)))
        #expect(throws: UnreadableMessage.self) { try message.reports }
    }

    @Test func `a batch of more reports than one may have is unreadable as a whole`() throws {
        func batch(_ count: Int) -> InboundMessage {
            let part = #"{"kind":"delivery.accepted","id":"a","body":1}"#
            let parts = Array(repeating: part, count: count).joined(separator: ",")
            return Self.inbound(
                OutboundMessage(routingKey: "delivery.reports.1", body: Array(#"{"reports":[\#(parts)]}"#.utf8)))
        }
        #expect(try batch(500).reports.count == 500)
        #expect(throws: UnreadableMessage.self) { try batch(501).reports }
    }

    @Test func `any other message is its only report`() throws {
        let message = Self.inbound(OutboundMessage(routingKey: RoutingKey.runRequested, body: [0xFF]))
        #expect(try message.reports == [message])
    }
}
