import Determinism
import JobCore
import Messaging
import MessagingTesting
import StageKit
import Store
import Testing

/// Guarantee: a report that cannot be handled costs no other report of its message.
@Suite struct `A pump of reports` {
    private struct Fault: Error {}

    private let broker = MemoryBroker(now: Instant(secondsSinceEpoch: 1_800_000_000))
    private let time = HandTime(Instant(secondsSinceEpoch: 1_800_000_000))
    private let journal = Journal()

    /// Publishes a message of three reports, and takes it.
    private func reports(_ watched: WatchedBroker) async throws -> (any MessageSubscription, [InboundMessage]) {
        let parts = ["a", "b", "c"].map { #"{"kind":"delivery.accepted","id":"\#($0)","body":1}"# }
        let body = #"{"reports":[\#(parts.joined(separator: ","))]}"#
        try await broker.publish([OutboundMessage(routingKey: "delivery.reports.0", body: Array(body.utf8))])
        let subscription = await watched.subscribe(to: .ingesterReports0, prefetch: 9)
        return (subscription, try await subscription.next(limit: 9))
    }

    private func reportPump(
        _ watched: WatchedBroker, _ answer: @escaping @Sendable ([InboundMessage]) throws -> HandledBatch
    ) -> Pump {
        Pump(
            queue: .ingesterReports0, limits: .init(prefetch: 9, batch: 9),
            handler: ScriptedHandler(journal: journal, answer: answer), broker: watched, time: time,
            logger: Sample.quiet)
    }

    @Test func `a pump isolates a report at fault from the others of its message, and then acks the message once`()
        async throws
    {
        let watched = WatchedBroker(broker, journal)
        let (subscription, batch) = try await reports(watched)
        let pump = reportPump(watched) { batch in
            if batch.contains(where: { $0.id == nil || $0.id == "b" }) { throw StoreError.unusable("damaged") }
            return ScriptedHandler.echo(batch)
        }
        #expect(await pump.pass(batch, subscription) == .acked)
        #expect(
            journal.all == [
                "handle -", "handle a", "publish for a", "handle b", "publish dead b", "handle c", "publish for c",
                "ack 1",
            ])
        let letter = try #require(broker.waiting(in: "ingester.reports.0.dead").first)
        #expect(letter.headers[Header.originRoutingKey] == "delivery.accepted.0" && letter.body == Array("1".utf8))
    }

    @Test func `a pump keeps a message whose reports it handles one by one while the store is unavailable`()
        async throws
    {
        let watched = WatchedBroker(broker, journal)
        let (subscription, batch) = try await reports(watched)
        let pump = reportPump(watched) { batch in
            if batch.first?.id == nil { throw Fault() }
            throw StoreError.unavailable("locked")
        }
        #expect(await pump.pass(batch, subscription) == .requeued)
        #expect(!journal.all.contains { $0.hasPrefix("ack") })
    }

    @Test func `a pump makes each report of a message that it sets aside a dead letter`() async throws {
        let watched = WatchedBroker(broker, journal)
        let (_, batch) = try await reports(watched)
        broker.requeue(batch.map(\.tag))
        for _ in 0..<9 { broker.requeue(broker.take(from: .ingesterReports0, limit: 9).map(\.tag)) }
        let running = Task { try await reportPump(watched, ScriptedHandler.echo).run() }
        while !journal.all.contains("ack 1") { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(journal.all == ["publish dead a,dead b,dead c", "ack 1"])
    }
}
