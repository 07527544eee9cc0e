import Determinism
import Messaging
import MessagingTesting
import ServiceLifecycleTestKit
import Testing

@testable import Courier

/// Guarantee: a shutdown loses no delivery, and never reports a result that is unknown.
@Suite struct `The courier at shutdown` {
    private let rig = CourierRig()

    @Test
    func `a courier that shuts down finishes the attempt in flight, and gives back the delivery that waits behind it`()
        async throws
    {
        let invoker = rig.invoker(after: 1_000, connections: 1)
        let messages = [Sample.delivery(1).message, Sample.delivery(2).message]
        let shift = rig.shift([.init(messages)], endsAfter: 500)
        try await rig.run(invoker, shift)
        #expect(invoker.posts.count == 1)
        #expect(shift.published.map(\.keyWithoutLine) == [ReportKind.deliveryAccepted.rawValue])
        #expect(shift.acknowledged == [messages[0].tag])
    }

    @Test func `a courier that shuts down gives back a retry at once, before its jitter is over`() async throws {
        let invoker = rig.invoker()
        let shift = rig.shift([.init([Sample.delivery(1, attempt: 2).message])], endsAfter: 500)
        try await rig.run(invoker, shift)
        #expect(invoker.posts.isEmpty && shift.published.isEmpty && shift.acknowledged.isEmpty)
        #expect(rig.simulation.monotonicMilliseconds() == 500)
    }

    @Test func `a courier that gets a signal finishes the attempt in flight, and gives back the other deliveries`()
        async throws
    {
        let invoker = rig.invoker(after: 1_000, connections: 1)
        let retry = Sample.delivery(3, attempt: 2, of: "https://other.example")
        let messages = [Sample.delivery(1).message, Sample.delivery(2).message, retry.message]
        let shift = rig.shift([.init(messages)])
        try await testGracefulShutdown { trigger in
            try await rig.run(invoker, shift) { [rig] in
                try await rig.simulation.sleep(milliseconds: 500)
                trigger.triggerGracefulShutdown()
            }
        }
        #expect(invoker.posts.count == 1)
        #expect(shift.acknowledged == [messages[0].tag])
        #expect(rig.simulation.monotonicMilliseconds() == 1_000)
    }

    /// The result of a cancelled attempt is unknown: a report of failure could end a run that the service has started.
    @Test func `a courier whose shutdown takes too long neither reports nor acks the attempts that are cancelled`()
        async throws
    {
        let invoker = rig.invoker(after: 10_000, connections: 1)
        let messages = [Sample.delivery(1).message, Sample.delivery(2).message]
        let shift = rig.shift([.init(messages)], endsAfter: 500)
        try await rig.run(invoker, shift, cutOffAfter: 1_000)
        #expect(rig.simulation.monotonicMilliseconds() == 1_000)
        #expect(invoker.posts.count == 1)
        #expect(shift.published.isEmpty && shift.acknowledged.isEmpty)
    }
}
