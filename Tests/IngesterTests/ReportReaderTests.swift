import JobCore
import Messaging
import Testing

@testable import Ingester

@Suite struct `A message of a line of reports` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let id = ExecutionID.random()
    private static let line = ReportLine(of: id)

    private let reader = ReportReader(line: line)

    private static func message(
        _ key: String, _ body: [UInt8], headers: [String: String] = [:], id: String? = "m"
    ) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: key, headers: headers, id: id,
            body: body)
    }

    private static func message(_ report: some ReportMessage) -> InboundMessage {
        message(report.routingKey, report.body, headers: report.messageHeaders, id: report.messageID)
    }

    private static func callback(
        _ text: String = #"{"status": "success"}"#, headers: [String: String]? = nil, id: String? = "m"
    ) -> InboundMessage {
        let received = CallbackReceived(executionID: Self.id, receivedAt: now, body: Array(text.utf8))
        return message(received.routingKey, received.body, headers: headers ?? received.messageHeaders, id: id)
    }

    private func isUnreadable(_ message: InboundMessage) -> Bool {
        (try? reader.read(message)) == nil
    }

    private static let attempt = Attempt(number: 2, at: now, statusCode: 503, latencyMilliseconds: 7, error: "busy")
    private static let busy = Deferral.Cause.busy(attempt: 1, count: 2, at: now)
    private static let nextAttemptAt = now.adding(seconds: 30)

    private static let reports: [(any ReportMessage, Report)] = [
        (DeliveryAccepted(executionID: id, attempt: attempt), .accepted(attempt)),
        (
            DeliveryDeferred(executionID: id, cause: .failed(attempt), nextAttemptAt: nextAttemptAt),
            .deferred(.failed(attempt), nextAttemptAt: nextAttemptAt)
        ),
        (
            DeliveryDeferred(executionID: id, cause: busy, nextAttemptAt: nextAttemptAt),
            .deferred(busy, nextAttemptAt: nextAttemptAt)
        ),
        (DeliveryRefused(executionID: id, attempt: attempt), .refused(attempt)),
        (
            DeliveryOverdue(executionID: id, afterSeconds: 300, noticedAt: now),
            .overdue(afterSeconds: 300, noticedAt: now)
        ),
        (ExecutionExpired(executionID: id, expiry: .ttl, noticedAt: now), .expired(.ttl, noticedAt: now)),
        (ExecutionCancelled(executionID: id, cancelledAt: now), .cancelled(at: now)),
    ]

    @Test(arguments: reports.indices) func `a message of a stage is read as a report about its execution`(index: Int)
        throws
    {
        let (message, report) = Self.reports[index]
        let read = try reader.read(Self.message(message))
        #expect(read == .execution(Self.id, ReportID(messageID: message.messageID ?? ""), report))
    }

    @Test func `a sign of life and a mark are about no execution`() throws {
        let sign = SignOfLife(madeAt: Self.now, line: Self.line)
        #expect(try reader.read(Self.message(sign)) == .signOfLife(madeAt: Self.now))
        let taken = MarkTaken(madeAt: Self.now, takenAt: Self.nextAttemptAt, line: Self.line)
        #expect(try reader.read(Self.message(taken)) == .mark(madeAt: Self.now, takenAt: Self.nextAttemptAt))
    }

    @Test(arguments: ReportKind.allCases) func `a report with a wrong body is unreadable`(kind: ReportKind) {
        let headers = Self.callback().headers
        for body in ["", "{}", "[]", "null", #"{"execution_id": 7}"#] {
            #expect(isUnreadable(Self.message(RoutingKey.report(kind, Self.line), Array(body.utf8), headers: headers)))
        }
    }

    @Test(arguments: ["schedule.due", "", "delivery.accepted", "callback.received.4", "callback.received.x"])
    func `a message with another routing key than a report's is unreadable`(key: String) {
        #expect(isUnreadable(Self.message(key, Self.callback().body, headers: Self.callback().headers)))
    }

    @Test func `a report in the line of another execution is unreadable, since its order would not count`() {
        for line in ReportLine.allCases where line != Self.line {
            let report = DeliveryAccepted(executionID: Self.id, attempt: Self.attempt)
            let key = RoutingKey.report(.deliveryAccepted, line)
            #expect(throws: UnreadableMessage.self) {
                try ReportReader(line: line).read(Self.message(key, report.body))
            }
        }
    }

    @Test func `a callback counts from when the callback endpoint received it, however late it is read`() throws {
        #expect(
            try reader.read(Self.callback())
                == .execution(
                    Self.id, ReportID(messageID: "m"), .callback(.success(Outcome()), receivedAt: Self.now)))
    }

    @Test(arguments: [
        [:], [Header.execution: "\(id)"], [Header.execution: "x", Header.receivedAt: "1"],
        [Header.execution: "\(id)", Header.receivedAt: "soon"],
        [Header.execution: "\(id)", Header.receivedAt: "99999999999999999999"],
        [Header.execution: "\(id)", Header.receivedAt: "253402300800000"],
        [Header.execution: "\(id)", Header.receivedAt: "-1"],
    ])
    func `a callback without its execution or its time is unreadable`(headers: [String: String]) {
        #expect(isUnreadable(Self.callback(headers: headers)))
    }

    @Test func `a report without a message id is deduplicated by its body`() throws {
        let once = try reader.read(Self.callback(id: nil))
        #expect(try reader.read(Self.callback(id: nil)) == once)
        #expect(try reader.read(Self.callback(#"{"status": "success", "state": "s"}"#, id: nil)) != once)
    }

    @Test func `the error about an invalid callback names each wrong field`() {
        let error = #expect(throws: UnreadableMessage.self) {
            try reader.read(Self.callback(#"{"status": "processing", "progress": 101, "colour": 1}"#))
        }
        #expect(error?.description.contains("/progress") == true && error?.description.contains("/colour") == true)
    }
}
