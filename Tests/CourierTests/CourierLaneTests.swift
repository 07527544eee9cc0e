import Determinism
import JobCore
import Messaging
import MessagingTesting
import Testing

@testable import Courier

/// Guarantee: a slow target does not delay the deliveries of other targets.
@Suite struct `The courier with many deliveries in hand` {
    private let rig = CourierRig()

    private static func messages(_ count: UInt64, attempt: Int = 1) -> [InboundMessage] {
        (1...count).map { Sample.delivery($0, attempt: attempt).message }
    }

    @Test(arguments: [(3, 1_000, 3), (128, 20, 5), (128, 3, 1)])
    func
        `deliveries in flight to one target are limited by the connections, and to a quarter of the window`(
            connections: Int, prefetch: Int, expected: Int
        ) async throws
    {
        let invoker = rig.invoker(after: 100, connections: connections)
        let shift = rig.shift([.init(Self.messages(10))])
        try await rig.run(invoker, shift, prefetch: prefetch)
        #expect(invoker.openMax == expected)
        #expect(shift.acknowledged.count == 10)
    }

    @Test func `the courier delivers to other targets at once while one target is slow`() async throws {
        let invoker = rig.invoker(after: 1_000, connections: 1)
        let others = [Sample.delivery(3, of: "https://b.example"), Sample.delivery(4, of: "https://c.example")]
        let shift = rig.shift([.init(Self.messages(2) + others.map(\.message))])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.map(\.atMilliseconds) == [0, 0, 0, 1_000])
        #expect(shift.published.count == 4)
    }

    /// More of them would hold places in the window while they wait.
    @Test func `the courier lets only a limited number of retries wait out a jitter, and starts the others at once`()
        async throws
    {
        let invoker = rig.invoker()
        let shift = rig.shift([.init(Self.messages(4, attempt: 2))])
        try await rig.run(invoker, shift, prefetch: 8)
        #expect(invoker.posts.map(\.atMilliseconds) == [0, 0, 1_000, 1_000])
        #expect(shift.acknowledged.count == 4)
    }

    @Test
    func `the courier defers a delivery that would wait longer than two seconds, while the slow attempt continues`()
        async throws
    {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        let shift = rig.shift([.init(Self.messages(3))])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.count == 1)
        let deferral = ["courier.retry.5", ReportKind.deliveryDeferred.rawValue]
        try #require(
            shift.published.map(\.keyWithoutLine) == deferral + deferral + [ReportKind.deliveryAccepted.rawValue])
        #expect(shift.published[0].headers[Header.deferrals] == "1")
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: shift.published[1].body)
        #expect(report.attempt == nil, "a deferral is no attempt")
        #expect(report.nextAttemptAt == Sample.occurrence.adding(seconds: 1 + 2 + 5))
        #expect(shift.acknowledged.map(\.number) == [3, 2, 1], "the third would wait twice as long")
    }

    @Test func `the courier defers a delivery at once when its target is known to be slow`() async throws {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        let late = Sample.delivery(2).message
        let shift = rig.shift([.init(Self.messages(1)), .init(afterMilliseconds: 2_500, [late])])
        try await rig.run(invoker, shift)
        try #require(shift.published.count == 3)
        let report = try MessageCoder.decode(DeliveryDeferred.self, from: shift.published[1].body)
        #expect(report.nextAttemptAt == Sample.occurrence.adding(milliseconds: 1_000 + 2_500 + 5_000))
    }

    @Test func `the courier neither attempts nor defers a waiting delivery whose ttl has passed`() async throws {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        rig.clock.setWallClock(Sample.occurrence.adding(seconds: 117))
        let shift = rig.shift([.init(Self.messages(2))])
        try await rig.run(invoker, shift)
        #expect(shift.published.map(\.keyWithoutLine) == [ReportKind.deliveryAccepted.rawValue])
        #expect(shift.acknowledged.count == 2)
    }
}
