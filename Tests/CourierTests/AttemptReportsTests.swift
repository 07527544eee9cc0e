import JobCore
import Messaging
import MessagingTesting
import Testing

@testable import Courier

@Suite struct `The messages after an attempt` {
    private static let now = Sample.occurrence.adding(seconds: 2)
    private static let attempt = Attempt(
        number: 1, at: Sample.occurrence.adding(seconds: 1), statusCode: 503, latencyMilliseconds: 900, error: "busy")

    private static func messages(
        _ verdict: DeliveryVerdict, headers: [String: String] = [:], deferrals: Int = 0
    ) -> [OutboundMessage] {
        let request = Sample.request { $0.deferrals = Deferrals(count: deferrals) }
        let delivery = Delivery(request: request, message: Sample.message(request, headers: headers))
        return AttemptReports.messages(verdict, of: delivery, attempt: attempt, now: now)
    }

    @Test func `the next attempt of a delivery of the bulk, and a deferred one, are bulk, too`() throws {
        let request = Sample.request { $0.isBulk = true }
        let delivery = Delivery(request: request, message: Sample.message(request))
        let retry = AttemptReports.messages(
            .retry(stepSeconds: 5), of: delivery, attempt: Self.attempt, now: Self.now)
        let deferral = AttemptReports.deferral(
            of: delivery, stepSeconds: 5, turnAt: nil, now: Self.now, redeliverAfterSeconds: 300)
        for message in [retry[0], deferral[0]] {
            #expect(try MessageCoder.decode(DeliveryRequested.self, from: message.body).isBulk)
        }
    }

    private static let verdicts: [(DeliveryVerdict, String)] = [
        (.accept, ReportKind.deliveryAccepted.rawValue), (.refuse, ReportKind.deliveryRefused.rawValue),
    ]

    @Test(arguments: verdicts)
    func `an attempt that ends the delivery leads to one report`(verdict: DeliveryVerdict, key: String) throws {
        let messages = Self.messages(verdict)
        #expect(messages.map(\.keyWithoutLine) == [key])
        let report = try MessageCoder.decode(DeliveryAccepted.self, from: messages[0].body)
        #expect(report.executionID == Sample.executionID && report.attempt == Self.attempt)
        #expect(messages[0].id == "\(Sample.executionID)/1/\(key)" && messages[0].isMandatory)
    }

    @Test
    func `an attempt that failed leads to a delivery in the retry queue, with the next attempt number, and a report`()
        throws
    {
        let messages = Self.messages(.retry(stepSeconds: 30))
        #expect(messages.map(\.keyWithoutLine) == ["courier.retry.30", ReportKind.deliveryDeferred.rawValue])
        let next = try MessageCoder.decode(DeliveryRequested.self, from: messages[0].body)
        #expect(next == Sample.request { $0.attempt = 2 })
        #expect(messages[0].id == DeliveryDue(next).messageID)
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: messages[1].body)
        #expect(report.cause == .failed(Self.attempt))
        #expect(report.nextAttemptAt == Self.now.adding(seconds: 30))
    }

    @Test func `a retried delivery has none of the broker's headers, and no count of earlier deferrals`() throws {
        let headers = ["x-death": "1", "X-Delivery-Count": "3", Header.deferrals: "2", "belfry-own": "kept"]
        let messages = Self.messages(.retry(stepSeconds: 5), headers: headers, deferrals: 2)
        #expect(messages[0].headers == ["belfry-own": "kept"])
    }

    @Test func `the same result of an attempt leads to the same message ids`() throws {
        for verdict in [DeliveryVerdict.accept, .refuse, .retry(stepSeconds: 5)] {
            #expect(Self.messages(verdict).map(\.id) == (Self.messages(verdict).map(\.id)))
        }
    }
}

@Suite struct `A delivery whose target is busy` {
    private static let now = Sample.occurrence.adding(seconds: 2)
    private static let turnAt = now.adding(seconds: 40)

    private static func deferral(
        _ deferrals: Deferrals = Deferrals(), stepSeconds: Int64 = 30, redeliverAfterSeconds: Int64 = 300
    ) -> [OutboundMessage] {
        var headers = ["x-death": "1", "belfry-own": "kept"]
        if deferrals.count > 0 { headers[Header.deferrals] = String(deferrals.count) }
        let request = Sample.request { $0.deferrals = deferrals }
        let delivery = Delivery(request: request, message: Sample.message(request, headers: headers))
        return AttemptReports.deferral(
            of: delivery, stepSeconds: stepSeconds, turnAt: turnAt, now: now,
            redeliverAfterSeconds: redeliverAfterSeconds)
    }

    @Test(arguments: [(0, 1), (1, 2), (999_999, 1_000_000), (1_000_000, 1_000_000)])
    func `a deferred delivery counts its deferrals and keeps its turn, but counts no attempt`(before: Int, after: Int)
        throws
    {
        let messages = Self.deferral(Deferrals(count: before))
        #expect(messages.map(\.routingKey) == [RoutingKey.retry(stepSeconds: 30)])
        let message = try #require(messages.first)
        #expect(message.headers["belfry-own"] == "kept" && message.headers["x-death"] == nil)
        let due = try DeliveryDue(
            reading: InboundMessage(
                tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.deliveryDue,
                headers: message.headers, body: message.body))
        #expect(due.delivery == Sample.request { $0.deferrals = Deferrals(count: after, turnAt: Self.turnAt) })
    }

    /// The record expects the attempt at the occurrence, two seconds ago, unless it was told otherwise.
    @Test(
        arguments: [
            (120, nil, false), (148, nil, false), (149, nil, true), (600, nil, true), (600, 450, false),
            (600, 449, true), (5, -200, true),
        ] as [(Int64, Int64?, Bool)])
    func `a deferral is reported when the attempt comes much later than the record expects it`(
        stepSeconds: Int64, recordedSeconds: Int64?, isReported: Bool
    ) throws {
        let recordedDueAt = recordedSeconds.map(Self.now.adding(seconds:))
        let messages = Self.deferral(
            Deferrals(count: 3, recordedDueAt: recordedDueAt), stepSeconds: stepSeconds)
        #expect(messages.count == (isReported ? 2 : 1))
        guard isReported else { return }
        #expect(messages[1].keyWithoutLine == ReportKind.deliveryDeferred.rawValue)
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: messages[1].body)
        #expect(report.cause == .busy(attempt: 1, count: 4, at: Self.now))
        #expect(report.nextAttemptAt == Self.now.adding(seconds: stepSeconds))
        let dueAt = String(report.nextAttemptAt.millisecondsSinceEpoch)
        #expect(messages[0].headers[Header.recordedDueAt] == dueAt)
    }

    /// With a timeout of 120 s an attempt that begins 91 s late could still be in flight after 300 s, if it waits in
    /// the lane before.
    @Test(arguments: [(15, 150), (75, 135), (120, 90)] as [(Int64, Int64)])
    func `a deferral is reported so early that the attempt's end, too, comes before the record takes it for lost`(
        timeoutSeconds: Int64, unreportedMaxSeconds: Int64
    ) {
        let request = Sample.request { $0.timeoutSeconds = timeoutSeconds }
        let delivery = Delivery(request: request, message: Sample.message(request))
        for late in [unreportedMaxSeconds, unreportedMaxSeconds + 1] {
            let messages = AttemptReports.wait(
                request, of: delivery, stepSeconds: 30, now: Sample.occurrence.adding(seconds: late - 30),
                redeliverAfterSeconds: 300)
            #expect(messages.count == (late > unreportedMaxSeconds ? 2 : 1))
        }
    }

    @Test func `a delivery that asks the record again after a long wait is reported, so that it is not taken for lost`()
        throws
    {
        let due = Sample.request { $0.deferrals = Deferrals(count: 3, askedCount: 2, returnedCount: 1) }
        let messages = AttemptReports.wait(
            due, of: Delivery(request: due, message: Sample.message(due)), stepSeconds: 1,
            now: Self.now.adding(seconds: 149),
            redeliverAfterSeconds: 300)
        #expect(messages.map(\.keyWithoutLine).last == ReportKind.deliveryDeferred.rawValue)
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: try #require(messages.last).body)
        #expect(report.cause == .busy(attempt: 1, count: 6, at: Self.now.adding(seconds: 149)))
        #expect(report.nextAttemptAt == Self.now.adding(seconds: 150))
    }
}
