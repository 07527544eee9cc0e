import Determinism
import JobCore
import Messaging
import MessagingTesting
import Signing
import Testing

@testable import Courier

/// Guarantee: a delivery is made at least once, and its result is reported before its message is acked.
@Suite struct `The courier and its attempts` {
    private let rig = CourierRig()

    /// The dead letter comes first: what has failed on record is not attempted again.
    private static let refusal = ["courier.deliveries", ReportKind.deliveryRefused.rawValue]
    private static let ends: [(AttemptResult.Answer, [String])] = [
        (.answered(statusCode: 202, retryAfterSeconds: nil), [ReportKind.deliveryAccepted.rawValue]),
        (.answered(statusCode: 404, retryAfterSeconds: nil), refusal), (.forbidden, refusal),
        (.answered(statusCode: 302, retryAfterSeconds: nil), refusal),
        (
            .answered(statusCode: 503, retryAfterSeconds: nil),
            ["courier.retry.5", ReportKind.deliveryDeferred.rawValue]
        ),
        (
            .answered(statusCode: 429, retryAfterSeconds: 20),
            ["courier.retry.30", ReportKind.deliveryDeferred.rawValue]
        ),
        (.unreachable, ["courier.retry.5", ReportKind.deliveryDeferred.rawValue]),
        (.unauthenticated(isTemporary: true), ["courier.retry.5", ReportKind.deliveryDeferred.rawValue]),
    ]

    @Test(arguments: ends)
    func `the courier reports the result of an attempt, and acks the message`(
        answer: AttemptResult.Answer, keys: [String]
    ) async throws {
        let invoker = rig.invoker(answer)
        let shift = try await rig.deliver([Sample.delivery(1)], to: invoker)
        #expect(invoker.posts.count == 1)
        #expect(shift.published.map(\.keyWithoutLine) == keys)
        #expect(shift.acknowledged == [Sample.delivery(1).message.tag])
    }

    @Test func `the courier reports status, latency and answer of an attempt`() async throws {
        let invoker = rig.invoker(
            .answered(statusCode: 400, retryAfterSeconds: nil), after: 42, error: "no such hook")
        let shift = try await rig.deliver([Sample.delivery(1)], to: invoker)
        let report = try MessageCoder.decode(DeliveryRefused.self, from: try #require(shift.published.last).body)
        let attempt = Attempt(
            number: 1, at: Sample.occurrence.adding(seconds: 1), statusCode: 400, latencyMilliseconds: 42,
            error: "no such hook")
        #expect(report.attempt == attempt)
    }

    @Test func `the courier sends no webhook that it can't sign, and tries again later`() async throws {
        let invoker = rig.invoker()
        let sealed = SealedSecret(
            sealing: .random(), service: "my-serv",
            keys: try SigningKeys(parsing: "gone:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
        let request = Sample.request { $0.secrets = ServiceSecrets(sealed: [sealed.text], isDerivedValid: false) }
        let delivery = Delivery(request: request, message: Sample.message(request))
        let shift = try await rig.deliver([delivery], to: invoker)
        #expect(invoker.posts.isEmpty && shift.acknowledged == [delivery.message.tag])
        #expect(shift.published.map(\.keyWithoutLine) == ["courier.retry.5", ReportKind.deliveryDeferred.rawValue])
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: try #require(shift.published.last).body)
        guard case .failed(let attempt) = report.cause else {
            Issue.record("the delivery waits without an attempt")
            return
        }
        #expect(attempt.error == "the service's secret can't be opened: its signing key “gone” is not configured")
        #expect(attempt.obstacle == .serviceSecret)
    }

    private static func returned(_ count: Int, _ number: UInt64) -> InboundMessage {
        var message = Sample.delivery(number).message
        message.headers["x-delivery-count"] = String(count)
        message.isRedelivered = count > 0
        return message
    }

    /// A message that ends the process whenever it is read would take all with it that the courier has in hand.
    @Test func `the courier sets the message aside that each courier died of, and delivers those behind it`()
        async throws
    {
        let invoker = rig.invoker()
        let shift = rig.shift([.init([Self.returned(10, 1), Self.returned(10, 2), Self.returned(0, 3)])])
        try await rig.run(invoker, shift)
        let letter = try #require(shift.published.first { $0.exchange == .dead })
        #expect(letter.headers[Header.deadReason] == "failing" && letter.id == Sample.delivery(1).message.id)
        #expect(shift.published.count { $0.routingKey == RoutingKey.retry(stepSeconds: 1) } == 1)
        #expect(invoker.posts.count == 1 && shift.acknowledged.count == 3)
    }

    @Test func `the courier reads a message that was returned often alone, and settles it before the next`()
        async throws
    {
        let invoker = rig.invoker()
        let usual = rig.shift([.init([Self.returned(1, 1), Self.returned(1, 2), Self.returned(0, 3)])])
        try await rig.run(invoker, usual)
        let suspects = (0..<2).map { Self.returned(2, 4 + $0) }
        let shift = rig.shift([.init(suspects + [Self.returned(0, 6)])])
        let begun = rig.simulation.monotonicMilliseconds()
        try await rig.run(invoker, shift)
        #expect(invoker.posts.map(\.atMilliseconds) == [0, begun + 20])
        #expect(shift.acknowledged.prefix(2) == suspects.map(\.tag)[...])
    }

    @Test func `the courier sends a mark on to the next queue, and reports it to every line after the last one`()
        async throws
    {
        var mark = DeliveryMark(madeAt: Sample.occurrence)
        mark.stop = .bulk
        let lines = ReportLine.allCases.map { RoutingKey.report(.markTaken, $0) }
        let steps = [(mark, ["delivery.mark.requested"]), (try #require(mark.next), lines)]
        for ((mark, keys), queue) in zip(steps, [WorkQueue.courierBulk, .courierDeliveries]) {
            let message = InboundMessage(
                tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: mark.routingKey,
                id: mark.messageID, body: mark.body)
            let shift = rig.shift([.init([message])])
            try await rig.run(rig.invoker(), shift, of: queue)
            #expect(shift.published.map(\.routingKey) == keys)
            #expect(shift.acknowledged == [message.tag])
        }
    }

    /// A mark that is reported says that deliveries before it were not held up. While the courier may begin no attempt,
    /// they are.
    @Test func `the courier takes a mark only when it may begin attempts`() async throws {
        var mark = DeliveryMark(madeAt: Sample.occurrence)
        mark.stop = try #require(DeliveryMark.Stop.allCases.last)
        let message = InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: mark.routingKey, id: mark.messageID,
            body: mark.body)
        rig.broker.setAvailable(false)
        let shift = rig.shift([.init([message])])
        let begun = rig.simulation.now()
        try await rig.run(rig.invoker(), shift) { [rig] in
            try await rig.simulation.sleep(milliseconds: 7_500)
            rig.broker.setAvailable(true)
        }
        #expect(shift.acknowledged == [message.tag])
        let taken = try MessageCoder.decode(MarkTaken.self, from: try #require(shift.published.first).body).takenAt
        #expect(shift.published.count == ReportLine.allCases.count)
        #expect((7_500...8_500).contains(taken.milliseconds(since: begun)))
    }

    @Test func `the courier refuses a delivery whose last attempt failed`() async throws {
        let shift = try await rig.deliver([Sample.delivery(1, attempt: 3)], to: rig.invoker(.unreachable))
        #expect(shift.published.map(\.keyWithoutLine) == Self.refusal)
    }

    @Test func `the courier has the record asked before an attempt once the run's ttl has passed`() async throws {
        rig.clock.setWallClock(Sample.occurrence.adding(seconds: 119))
        let invoker = rig.invoker(.unreachable)
        let shift = try await rig.deliver([Sample.delivery(1)], to: invoker)
        #expect(shift.published.map(\.routingKey) == [RoutingKey.retry(stepSeconds: 1)] && invoker.posts.isEmpty)
        #expect(shift.acknowledged.count == 1)
    }

    @Test(arguments: [(10_000, 1), (10_001, 0)] as [(Int64, Int)])
    func `the courier has the record asked before it attempts a delivery that waited for more than 10 s`(
        waitMilliseconds: Int64, posts: Int
    ) async throws {
        var request = Sample.delivery(1).request
        request.requestedAt = rig.clock.now().adding(milliseconds: -waitMilliseconds)
        let invoker = rig.invoker()
        let message = Sample.delivery(1).message
        let waiting = InboundMessage(
            tag: message.tag, exchange: message.exchange, routingKey: message.routingKey, body: request.body)
        let shift = rig.shift([.init([waiting])])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.count == posts)
        let key = posts == 1 ? ReportKind.deliveryAccepted.rawValue : RoutingKey.retry(stepSeconds: 1)
        #expect(shift.published.map(\.keyWithoutLine) == [key])
    }

    /// Otherwise deliveries would go round for ever while a long queue waits for the couriers.
    @Test(arguments: [(0, 1), (1, 2), (5, 6), (99, 100)])
    func `each time the record is asked again, a delivery may wait for twice as long`(asked: Int, next: Int)
        async throws
    {
        let limit: Int64 = 10_000 << min(Int64(asked), 6)
        let messages = [limit, limit + 1].enumerated().map { index, age in
            var request = Sample.delivery(UInt64(index + 1)).request
            request.requestedAt = rig.clock.now().adding(milliseconds: -age)
            request.deferrals.askedCount = asked
            return Sample.message(request, number: UInt64(index + 1), headers: OutboundMessage(request).headers)
        }
        let invoker = rig.invoker()
        let shift = rig.shift([.init([messages[0]]), .init([messages[1]])])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.count == 1)
        let due = shift.published.first { $0.routingKey == RoutingKey.retry(stepSeconds: 1) }
        #expect(due?.headers[Header.askedCount] == String(next))
    }

    /// Another courier may have made the attempt and died before its report, and the run may have ended meanwhile.
    @Test func `the courier has the record asked about a delivery that another courier had in hand`() async throws {
        let request = Sample.request { $0.deferrals = Deferrals(count: 2, askedCount: 1, returnedCount: 3) }
        var message = Sample.message(request, headers: OutboundMessage(request).headers)
        (message.isRedelivered, message.headers["x-delivery-count"]) = (true, "2")
        let invoker = rig.invoker()
        let shift = rig.shift([.init([message])])
        try await rig.run(invoker, shift)
        let due = try #require(shift.published.first)
        #expect(shift.published.count == 1 && invoker.posts.isEmpty && shift.acknowledged == [message.tag])
        #expect(due.routingKey == RoutingKey.retry(stepSeconds: 1) && due.id == "\(request.executionID)/1/due/8")
        (message.headers, message.body) = (due.headers, due.body)
        let expected = Sample.request { $0.deferrals = Deferrals(count: 2, askedCount: 1, returnedCount: 5) }
        #expect(try DeliveryDue(reading: message).delivery == expected)
    }

    @Test func `the courier makes an unreadable message a dead letter, and delivers the message beside it`()
        async throws
    {
        let invoker = rig.invoker()
        var message = Sample.delivery(1).message
        message.body = Array("{}".utf8)
        let shift = rig.shift([.init([message, Sample.delivery(2).message])])
        try await rig.run(invoker, shift)
        let letter = try #require(shift.published.first { $0.exchange == .dead })
        #expect(letter.routingKey == "courier.deliveries" && letter.headers[Header.deadReason] == "unreadable")
        #expect(invoker.posts.count == 1, "the delivery beside it is made")
        #expect(shift.acknowledged.count == 2)
    }

    /// A redelivery after a lost connection must not post twice, neither in flight nor while its report waits.
    @Test func `the courier posts a redelivered message only once, and acks all of its copies`() async throws {
        let invoker = rig.invoker(after: 100)
        let messages = (0..<3).map { Sample.message(Sample.request(), number: $0) }
        let shift = rig.shift([
            .init([messages[0]]), .init(afterMilliseconds: 50, [messages[1]]),
            .init(afterMilliseconds: 150, [messages[2]]),
        ])
        try await rig.run(invoker, shift) { [rig] in
            try await rig.simulation.sleep(milliseconds: 20)
            rig.broker.setAvailable(false)
            try await rig.simulation.sleep(milliseconds: 180)
            rig.broker.setAvailable(true)
        }
        #expect(invoker.posts.count == 1)
        #expect(shift.published.map(\.keyWithoutLine) == [ReportKind.deliveryAccepted.rawValue])
        #expect(shift.acknowledged == messages.map(\.tag))
    }

    /// An attempt whose result cannot be reported does harm: the service begins, and the record knows nothing of it.
    @Test func `the courier begins no attempt while the broker is unavailable, and finishes those in flight`()
        async throws
    {
        let invoker = rig.invoker(after: 1_000)
        let shift = rig.shift([
            .init([Sample.delivery(1).message]),
            .init(afterMilliseconds: 700, (2...4).map { Sample.delivery($0).message }),
        ])
        try await rig.run(invoker, shift) { [rig] in
            try await rig.simulation.sleep(milliseconds: 500)
            rig.broker.setAvailable(false)
            try await rig.simulation.sleep(milliseconds: 40_000)
            rig.broker.setAvailable(true)
        }
        #expect(invoker.posts.map(\.atMilliseconds) == [0, 40_500, 40_500, 40_500])
        #expect(shift.published.count == 4 && shift.acknowledged.count == 4)
    }

    /// Publishing fails for longer than messages may be held, so the broker redelivers them. The service was already
    /// invoked, and must not be invoked again because of that.
    @Test func `the courier posts a delivery once, even if its report waits longer than the hold limit`()
        async throws
    {
        let invoker = rig.invoker(after: 100)
        let messages = (0..<2).map { Sample.message(Sample.request { $0.deadline = Self.later }, number: $0) }
        let shift = rig.shift(
            [.init([messages[0]]), .init(afterMilliseconds: 700_000, [messages[1]])], endsAfter: 900_000)
        try await rig.run(invoker, shift) { [rig] in
            try await rig.simulation.sleep(milliseconds: 50)
            rig.broker.setAvailable(false)
            try await rig.simulation.sleep(milliseconds: 800_000)
            rig.broker.setAvailable(true)
        }
        #expect(invoker.posts.count == 1)
        #expect(shift.published.map(\.keyWithoutLine) == [ReportKind.deliveryAccepted.rawValue])
        #expect(shift.acknowledged.contains(messages[1].tag))
    }

    private static let later = Sample.occurrence.adding(seconds: 3_600)

    @Test func `a courier that cannot publish at shutdown acks nothing, so that the broker redelivers`() async throws {
        let invoker = rig.invoker(after: 100)
        let shift = rig.shift([.init([Sample.delivery(1).message])], endsAfter: 5_000)
        try await rig.run(invoker, shift) { [rig] in
            try await rig.simulation.sleep(milliseconds: 50)
            rig.broker.setAvailable(false)
        }
        #expect(invoker.posts.count == 1)
        #expect(shift.published.isEmpty && shift.acknowledged.isEmpty)
    }
}
