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
        let probe = Sample.delivery(99).message
        let shift = rig.shift([.init([probe]), .init(afterMilliseconds: 200, Self.messages(10))])
        try await rig.run(invoker, shift, prefetch: prefetch)
        #expect(invoker.openMax == expected)
        #expect(shift.acknowledged.count == 11)
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

    @Test func `the courier defers what cannot wait for an unknown target, and reports nothing of it`() async throws {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        let shift = rig.shift([.init(Self.messages(7))])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.map(\.atMilliseconds) == [0, 10_000, 20_000, 30_000, 40_000])
        let keys = shift.published.map(\.keyWithoutLine)
        #expect(keys.prefix(2) == [RoutingKey.retry(stepSeconds: 1), RoutingKey.retry(stepSeconds: 1)])
        #expect(keys.dropFirst(2).allSatisfy { $0 == ReportKind.deliveryAccepted.rawValue } && keys.count == 7)
        #expect(shift.published[0].headers[Header.deferrals] == "1")
        #expect(shift.acknowledged.map(\.number) == [7, 6, 1, 2, 3, 4, 5])
    }

    @Test func `the courier starts as many deliveries as the first answer makes room for`() async throws {
        let invoker = rig.invoker(after: 300)
        let shift = rig.shift([.init(Self.messages(5)), .init(afterMilliseconds: 400, [Sample.delivery(6).message])])
        try await rig.run(invoker, shift)
        #expect(invoker.posts.map(\.atMilliseconds) == [0, 300, 300, 300, 300, 400])
        #expect(shift.acknowledged.count == 6)
    }

    @Test func `the courier backs off from a target that does not answer`() async throws {
        let invoker = rig.invoker(.unreachable, after: 15_000)
        let later = (2...7).map { Sample.delivery($0).message }
        let shift = rig.shift([.init(Self.messages(1)), .init(afterMilliseconds: 15_500, later)], endsAfter: 16_000)
        try await rig.run(invoker, shift)
        let keys = shift.published.map(\.routingKey)
        let deferred = keys.count { $0 == RoutingKey.retry(stepSeconds: 5) }
        #expect(deferred == 3, "two retries, and one delivery that does not wait")
        #expect(invoker.openMax == 1)
    }

    @Test func `the courier gives a delivery back its turn, by its own clock`() async throws {
        let invoker = rig.invoker(after: 100, connections: 1)
        var request = Sample.delivery(3).request
        request.deferrals = Deferrals(count: 1, turnAt: Sample.occurrence.adding(seconds: 1 + 20))
        let early = Sample.message(request, number: 3, headers: OutboundMessage(request).headers)
        let shift = rig.shift([
            .init(Self.messages(1)), .init(afterMilliseconds: 200, [Sample.delivery(2).message, early]),
        ])
        try await rig.run(invoker, shift)
        let deferred = try #require(shift.published.first { $0.routingKey == RoutingKey.retry(stepSeconds: 10) })
        #expect(deferred.headers[Header.turnAt] == OutboundMessage(request).headers[Header.turnAt])
        #expect(deferred.headers[Header.deferrals] == "2")
    }

    @Test func `the courier has the record asked about a waiting delivery whose ttl has passed`() async throws {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        rig.clock.setWallClock(Sample.occurrence.adding(seconds: 117))
        let shift = rig.shift([.init(Self.messages(2))])
        try await rig.run(invoker, shift)
        #expect(
            Set(shift.published.map(\.keyWithoutLine)) == [
                ReportKind.deliveryAccepted.rawValue, RoutingKey.retry(stepSeconds: 1),
            ])
        #expect(shift.acknowledged.count == 2 && invoker.posts.count == 1)
    }
}
