import Determinism
import JobCore
import Messaging
import MessagingTesting
import StageKit
import Store
import Synchronization
import Testing

/// Guarantee: a message is acked only after its results are confirmed, and a poison message stops no other message.
@Suite struct `A pump` {
    private struct Fault: Error {}

    private let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private let broker: MemoryBroker
    private let time: HandTime
    private let journal = Journal()

    init() {
        broker = MemoryBroker(now: start)
        time = HandTime(start)
    }

    /// Publishes messages with these ids, and has the pump handle them as one batch.
    private func pass(
        _ ids: [String], failing failures: [PublishError] = [], holdLimitMilliseconds: Int64 = 600_000,
        _ answer: @escaping @Sendable ([InboundMessage]) throws -> HandledBatch
    ) async throws {
        try await broker.publish(Sample.messages(ids))
        let watched = WatchedBroker(broker, journal, failing: failures)
        var limits = Pump.Limits(prefetch: 100, batch: 100)
        limits.holdLimitMilliseconds = holdLimitMilliseconds
        let pump = Pump(
            queue: .dispatcherDue, limits: limits, handler: ScriptedHandler(journal: journal, answer: answer),
            broker: watched, time: time, logger: Sample.quiet)
        let subscription = await watched.subscribe(to: .dispatcherDue, prefetch: 100)
        await pump.pass(try await subscription.next(limit: 100), subscription)
    }

    @Test func `a pump publishes the results of a batch together before it acks the batch`() async throws {
        try await pass(["a", "b"], ScriptedHandler.echo)
        #expect(journal.all == ["handle a,b", "publish for a,for b", "ack 2"])
        #expect(broker.waiting(in: "courier.deliveries").map(\.id) == ["for a", "for b"])
    }

    @Test func `a pump whose handler has handled a part of a batch settles that part, and then hands over the rest`()
        async throws
    {
        try await pass(["a", "b", "c"]) { batch in
            var handled = ScriptedHandler.echo(Array(batch.prefix(2)))
            handled.count = min(2, batch.count)
            return handled
        }
        #expect(
            journal.all == ["handle a,b,c", "publish for a,for b", "ack 2", "handle c", "publish for c", "ack 1"])
    }

    @Test func `a pump publishes marks once everything before them is confirmed`() async throws {
        try await pass(["a", "b"], failing: [.unavailable("no"), .unavailable("no")]) { batch in
            var handled = ScriptedHandler.echo(batch)
            handled.marks = [OutboundMessage(DeliveryMark(madeAt: Instant(secondsSinceEpoch: 1)))]
            return handled
        }
        let tries = ["fail for a,for b", "fail for a,for b", "publish for a,for b", "publish mark/1000/due"]
        #expect(journal.all == ["handle a,b"] + tries + ["ack 2"])
    }

    @Test func `a pump keeps a batch while the store is unavailable, and handles all of it again`() async throws {
        let refusals = Mutex(2)
        try await pass(["a", "b"]) { batch in
            let isUnavailable = refusals.withLock { left in
                left -= 1
                return left >= 0
            }
            if isUnavailable { throw StoreError.unavailable("locked") }
            return ScriptedHandler.echo(batch)
        }
        #expect(journal.all == ["handle a,b", "handle a,b", "handle a,b", "publish for a,for b", "ack 2"])
        #expect(time.now() > start)
    }

    /// The store may have committed a try that it answered with an error: the handler must not take what it finds on
    /// record for another's.
    @Test(arguments: [StoreError.unavailable("no answer"), .unusable("a damaged row")])
    func `a pump marks the messages of a later try`(failure: StoreError) async throws {
        let marks = Mutex<[[Bool]]>([])
        try await pass(["a", "b"]) { batch in
            let isFirst = marks.withLock { marks in
                marks.append(batch.map(\.mayHaveBeenHandled))
                return marks.count == 1
            }
            if isFirst { throw failure }
            return ScriptedHandler.echo(batch)
        }
        let later = marks.withLock { $0 }
        #expect(later.first == [false, false])
        #expect(later.dropFirst().flatMap(\.self) == [true, true])
    }

    @Test(arguments: [
        PublishError.unavailable("no connection"), .refused, .unroutable(exchange: "belfry", routingKey: "x"),
    ])
    func `a pump publishes the same messages again after a failure, and acks only after the confirm`(
        failure: PublishError
    ) async throws {
        try await pass(["a"], failing: [failure, failure], ScriptedHandler.echo)
        #expect(
            journal.all == [
                "handle a", "fail for a", "fail for a", "publish for a", "ack 1",
            ])
    }

    @Test func `a pump isolates a message that the store can never accept, and does not wait`() async throws {
        try await pass(["a", "b", "c"]) { batch in
            if batch.contains(where: { $0.id == "b" }) { throw StoreError.unusable("the row is damaged") }
            return ScriptedHandler.echo(batch)
        }
        #expect(journal.all.filter { $0.hasPrefix("publish") } == ["publish for a", "publish dead b", "publish for c"])
        #expect(time.now() == start, "unusable is no reason to wait")
    }

    @Test func `a pump isolates a message whose result AMQP cannot carry`() async throws {
        try await pass(["a", "b"]) { batch in
            var handled = ScriptedHandler.echo(batch)
            for index in handled.messages.indices where handled.messages[index].id == "for b" {
                handled.messages[index].id = String(repeating: "x", count: 300)
            }
            return handled
        }
        #expect(journal.all.last { $0.hasPrefix("publish") } == "publish dead b")
        #expect(broker.waiting(in: "courier.deliveries").map(\.id) == ["for a"])
    }

    @Test func `a pump makes one poison message among ten a dead letter, and handles the other nine`() async throws {
        let ids = (0..<10).map { "m\($0)" }
        try await pass(ids) { batch in
            if batch.contains(where: { $0.id == "m4" }) { throw Fault() }
            return ScriptedHandler.echo(batch)
        }
        let good = ids.filter { $0 != "m4" }
        #expect(broker.waiting(in: "courier.deliveries").map(\.id) == good.map { "for \($0)" })
        let letter = try #require(broker.waiting(in: "dispatcher.due.dead").first)
        #expect(broker.waiting(in: "dispatcher.due.dead").count == 1)
        #expect(letter.id == "m4" && letter.body == Array("m4".utf8))
        #expect(letter.headers[Header.deadReason] == "failing")
        #expect(letter.headers[Header.deadError]?.contains("Fault") == true)
        #expect(journal.all.filter { $0.hasPrefix("ack") } == Array(repeating: "ack 1", count: 10))
        #expect(broker.take(from: .dispatcherDue, limit: 100).isEmpty)
    }

    @Test func `a pump publishes the handler's dead letters with their reasons, together with the other results`()
        async throws
    {
        try await pass(["a", "b", "c"]) { batch in
            var handled = ScriptedHandler.echo([batch[0], batch[2]])
            handled.dead = [.init(index: 1, reason: .unreadable, error: "not JSON")]
            return handled
        }
        #expect(journal.all == ["handle a,b,c", "publish for a,for c,dead b", "ack 3"])
        let letter = try #require(broker.waiting(in: "dispatcher.due.dead").first)
        #expect(letter.headers[Header.deadReason] == "unreadable")
        #expect(letter.headers[Header.deadError] == "not JSON")
        #expect(letter.headers[Header.deadAt] == String(start.millisecondsSinceEpoch))
        #expect(letter.headers[Header.originQueue] == "dispatcher.due")
    }

    @Test func `a pump keeps a message unacked until its dead letter is confirmed`() async throws {
        try await pass(["a"], failing: [.refused, .refused]) { _ in throw Fault() }
        #expect(journal.all == ["handle a", "fail dead a", "fail dead a", "publish dead a", "ack 1"])
    }

    @Test
    func `a pump gives a queue away after the ack of the batch, and leaves the rest of it to the next subscriber`()
        async throws
    {
        try await pass(["a", "b", "c"]) { batch in
            var handled = ScriptedHandler.echo([batch[0]])
            (handled.count, handled.givesQueueAway) = (1, true)
            return handled
        }
        #expect(journal.all == ["handle a,b,c", "publish for a", "ack 1", "restart"])
    }

    @Test func `a pump requeues a batch that cannot be settled for ten minutes`() async throws {
        try await pass(["a"]) { _ in throw StoreError.unavailable("locked") }
        #expect(journal.all.last == "restart")
        #expect(!journal.all.contains { $0.hasPrefix("ack") })
        #expect(time.now().milliseconds(since: start) >= 600_000)
    }

    @Test func `a pump acks a batch that leads to no messages`() async throws {
        try await pass(["a"]) { _ in HandledBatch() }
        #expect(journal.all == ["handle a", "publish ", "ack 1"])
    }

    @Test func `a pump handles messages that were returned twice one by one, each acked before the next`() async throws
    {
        try await broker.publish(Sample.messages(["a", "b"]))
        for _ in 0..<2 { broker.requeue(broker.take(from: .dispatcherDue, limit: 9).map(\.tag)) }
        try await broker.publish(Sample.messages(["c", "d"]))
        let (handled, done) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .unbounded)
        let handler = ScriptedHandler(journal: journal) { batch in
            done.yield(batch.count)
            return ScriptedHandler.echo(batch)
        }
        let pump = Pump(
            queue: .dispatcherDue, limits: .init(prefetch: 10, batch: 10), handler: handler,
            broker: WatchedBroker(broker, journal), time: time, logger: Sample.quiet)
        let running = Task { try await pump.run() }
        for await size in handled where size == 2 { break }
        while journal.all.last != "ack 2" { await Task.yield() }
        running.cancel()
        try await running.value
        let lines = journal.all.filter { !$0.hasPrefix("publish") }
        #expect(lines == ["handle a", "ack 1", "handle b", "ack 1", "handle c,d", "ack 2"])
    }

    @Test func `a pump sets a message aside that each new process died of`() async throws {
        try await broker.publish(Sample.messages(["a", "b"]))
        for _ in 0..<10 { broker.requeue(broker.take(from: .dispatcherDue, limit: 9).map(\.tag)) }
        let pump = Pump(
            queue: .dispatcherDue, limits: .init(prefetch: 10, batch: 10),
            handler: ScriptedHandler(journal: journal, answer: ScriptedHandler.echo),
            broker: WatchedBroker(broker, journal), time: time, logger: Sample.quiet)
        let running = Task { try await pump.run() }
        while journal.all.count(where: { $0 == "ack 1" }) < 2 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(journal.all == ["publish dead a", "ack 1", "handle b", "publish for b", "ack 1"])
    }

    @Test func `a pump takes at most one batch at a time, in the order of the queue, and ends when it is cancelled`()
        async throws
    {
        try await broker.publish(Sample.messages(["a", "b", "c", "d", "e"]))
        let (handled, done) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .unbounded)
        let handler = ScriptedHandler(journal: journal) { batch in
            done.yield(batch.count)
            return ScriptedHandler.echo(batch)
        }
        let pump = Pump(
            queue: .dispatcherDue, limits: .init(prefetch: 10, batch: 2), handler: handler, broker: broker, time: time,
            logger: Sample.quiet)
        let running = Task { try await pump.run() }
        var count = 0
        for await size in handled {
            count += size
            if count == 5 { break }
        }
        running.cancel()
        try await running.value
        #expect(journal.all == ["handle a,b", "handle c,d", "handle e"])
    }

    @Test func `a pump with a pace begins its batches that long after each other`() async throws {
        try await broker.publish(Sample.messages(["a", "b", "c"]))
        let (handled, done) = AsyncStream.makeStream(of: Int64.self, bufferingPolicy: .unbounded)
        let handler = ScriptedHandler(journal: journal) { [time] batch in
            done.yield(time.monotonicMilliseconds())
            return ScriptedHandler.echo(batch)
        }
        let pump = Pump(
            queue: .dispatcherDue, limits: .init(prefetch: 10, batch: 1, paceMilliseconds: 10), handler: handler,
            broker: broker, time: time, logger: Sample.quiet)
        let begun = time.monotonicMilliseconds()
        let running = Task { try await pump.run() }
        var instants: [Int64] = []
        for await instant in handled.prefix(3) { instants.append(instant - begun) }
        running.cancel()
        try await running.value
        #expect(instants == [0, 10, 20])
    }
}
