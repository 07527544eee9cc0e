import JobCore
import Messaging
import MessagingTesting
import Testing

@testable import Courier

/// Guarantee: a delivery that is refused for good is kept as a dead letter, and nothing is delivered after its end.
@Suite struct `A delivery that is refused for good` {
    private let rig = CourierRig()

    private static func message(
        _ headers: [String: String] = [:], _ change: (inout DeliveryRequested) -> Void = { _ in }
    )
        -> Delivery
    {
        let request = Sample.request(change)
        return Delivery(request: request, message: Sample.message(request, headers: headers))
    }

    private func letters(_ delivery: Delivery, _ answer: AttemptResult.Answer, error: String? = nil) async throws
        -> [OutboundMessage]
    {
        let shift = try await rig.deliver([delivery], to: rig.invoker(answer, error: error))
        #expect(shift.acknowledged == [delivery.message.tag])
        return shift.published.filter { $0.exchange == .dead }
    }

    @Test func `is a dead letter as it came, with what the answer was and the number of the attempt`() async throws {
        let delivery = Self.message(["belfry-own": "kept", "x-death": "1"])
        let answer = AttemptResult.Answer.answered(statusCode: 404, retryAfterSeconds: nil)
        let letter = try #require(try await letters(delivery, answer, error: "status 404: no such hook").first)
        #expect(letter.routingKey == "courier.deliveries" && letter.body == delivery.message.body)
        #expect(letter.id == delivery.message.id)
        #expect(letter.headers[Header.deadReason] == "refused")
        #expect(letter.headers[Header.deadError] == "status 404: no such hook")
        #expect(letter.headers[Header.deadAttempts] == "1" && letter.headers[Header.refusedAttempt] == "1")
        #expect(letter.headers[Header.originRoutingKey] == RoutingKey.deliveryRequested)
        #expect(letter.headers["belfry-own"] == "kept" && letter.headers["x-death"] == nil)
    }

    @Test func `is a dead letter after its last attempt, and not before`() async throws {
        let busy = AttemptResult.Answer.answered(statusCode: 503, retryAfterSeconds: nil)
        #expect(try await letters(Self.message { $0.attempt = 2 }, busy).isEmpty)
        let last = try await letters(Self.message { $0.attempt = 3 }, busy)
        #expect(last.map { $0.headers[Header.deadAttempts] } == ["3"])
    }

    @Test(arguments: [AttemptResult.Answer.forbidden, .refused, .unauthenticated(isTemporary: false)])
    func `is a dead letter also when its target may not be reached, or its message leads to no queue`(
        answer: AttemptResult.Answer
    ) async throws {
        #expect(try await letters(Self.message(), answer).count == 1)
    }

    @Test func `is no dead letter if it was a test`() async throws {
        #expect(try await letters(Self.message { $0.isTest = true }, .forbidden).isEmpty)
    }

    @Test func `that fails again as a replay counts its replays on`() async throws {
        let headers = [Header.replays: "2", Header.judgedReplays: "2", Header.deadFirstAt: "7"]
        let letter = try #require(
            try await letters(Self.message(headers) { $0.replays = Replays(count: 2, judgedCount: 2) }, .forbidden)
                .first)
        #expect(letter.headers[Header.replays] == "2" && letter.headers[Header.deadFirstAt] == "7")
    }
}

/// A courier knows nothing of the record, and a replay may come long after its run has ended.
@Suite struct `A replayed delivery` {
    private let rig = CourierRig()

    private static func replay(_ replays: Replays, asked: Int = 0, number: UInt64 = 1) -> Delivery {
        let request = Sample.request {
            $0.replays = replays
            $0.deferrals = Deferrals(count: 4, askedCount: asked, returnedCount: 9)
        }
        return Delivery(
            request: request, message: Sample.message(request, number: number, headers: request.messageHeaders))
    }

    @Test(arguments: [(0, 1), (1, 2), (3, 5), (6, 60), (1_000_000, 60)] as [(Int, Int64)])
    func `goes to the dispatcher, which asks the record, and waits longer each time that it comes back`(
        asked: Int, seconds: Int64
    ) async throws {
        let invoker = rig.invoker()
        let delivery = Self.replay(Replays(count: 2, judgedCount: 1, refusedAttempt: 1), asked: asked)
        let shift = try await rig.deliver([delivery], to: invoker)
        #expect(invoker.posts.isEmpty && shift.acknowledged == [delivery.message.tag])
        try #require(shift.published.map(\.routingKey) == [RoutingKey.retry(stepSeconds: seconds)])
        var inbound = delivery.message
        (inbound.headers, inbound.body) = (shift.published[0].headers, shift.published[0].body)
        let due = try DeliveryDue(reading: inbound).delivery
        #expect(due.replays == delivery.request.replays)
        #expect(due.deferrals == Deferrals(askedCount: min(asked + 1, 1_000_000)))
    }

    @Test func `is attempted once the record was asked`() async throws {
        let invoker = rig.invoker()
        let shift = try await rig.deliver([Self.replay(Replays(count: 2, judgedCount: 2))], to: invoker)
        #expect(invoker.posts.count == 1)
        #expect(shift.published.map(\.keyWithoutLine) == [ReportKind.deliveryAccepted.rawValue])
    }

    @Test func `is not acked with the message that was replayed, or before the record was asked`() {
        var lanes = Lanes(windowSize: 100, inFlightLimit: 2, jitteringLimit: 2)
        func admit(_ delivery: Delivery) -> LaneAction { lanes.admit(delivery, nowMilliseconds: 0) { 0.5 } }
        let first = Self.replay(Replays(), number: 1)
        #expect(admit(first) == .start(first))
        let replay = Self.replay(Replays(count: 1), number: 2)
        #expect(admit(replay) == .ask(replay))
        #expect(admit(Self.replay(Replays(count: 1), number: 3)) == .joinDuplicate, "the same replay twice")
        _ = lanes.finished(first, .answered, nowMilliseconds: 5)
        #expect(lanes.settled([first.trip]) == [first.message.tag])
        let judged = Self.replay(Replays(count: 1, judgedCount: 1), number: 4)
        #expect(admit(judged) == .start(judged))
        #expect(lanes.settled([replay.trip]).map(\.number) == [2, 3])
        #expect(lanes.settled([judged.trip]).map(\.number) == [4])
    }

    @Test func `does not count the returns from before`() {
        #expect(DeliveryRequested.returnCount(of: Self.replay(Replays(count: 1)).message) == 0)
        #expect(DeliveryRequested.returnCount(of: Self.replay(Replays(count: 1, judgedCount: 1)).message) == 9)
    }
}
