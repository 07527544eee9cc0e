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
        #expect(report.attempt == Self.attempt)
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

    private static func deferral(times: Int?) -> [OutboundMessage] {
        var headers = ["x-death": "1", "belfry-own": "kept"]
        if let times { headers[Header.deferrals] = String(times) }
        let request = Sample.request { $0.deferrals = Deferrals(count: times ?? 0) }
        let delivery = Delivery(request: request, message: Sample.message(request, headers: headers))
        return AttemptReports.deferral(of: delivery, now: now)
    }

    @Test(arguments: [(nil, 5), (1, 5), (2, 5), (3, 30), (40, 30)] as [(Int?, Int64)])
    func `a delivery to a busy target is deferred for longer when that happens often`(times: Int?, seconds: Int64)
        throws
    {
        let messages = Self.deferral(times: times)
        #expect(messages.first?.routingKey == RoutingKey.retry(stepSeconds: seconds))
        #expect(messages.first?.headers == [Header.deferrals: String((times ?? 0) + 1), "belfry-own": "kept"])
    }

    @Test func `a deferred delivery counts no attempt, and the time of its next attempt is reported`() throws {
        let messages = Self.deferral(times: nil)
        #expect(try MessageCoder.decode(DeliveryRequested.self, from: messages[0].body) == Sample.request())
        try #require(messages.count == 2)
        #expect(messages[1].keyWithoutLine == ReportKind.deliveryDeferred.rawValue)
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: messages[1].body)
        #expect(report.attempt == nil && report.nextAttemptAt == Self.now.adding(seconds: 5))
    }
}
