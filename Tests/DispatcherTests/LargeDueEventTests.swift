import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Guarantee: whatever the jobs are, what a dispatcher has in memory at once is bounded, and no job is left out.
@Suite struct `The due events of large ranges` {
    private static let occurrence = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let schedule = ScheduleKey("rate(1 minute)")
    private let time = HandTime(occurrence)

    private static func jobs(_ count: Int, service: String = "s", payload: String? = nil, isEnabled: Bool = true)
        -> [StoredJob]
    {
        (0..<count).map { index in
            let job = Job(
                name: JobName(service: service, job: "job-\(index)"), isEnabled: isEnabled,
                target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: payload,
                schedule: schedule, ttlSeconds: 60)
            let since = Instant(secondsSinceEpoch: 0)
            return StoredJob(job: job, effectiveAfter: since, createdAt: since, updatedAt: since)
        }
    }

    private static func due(_ range: JobRange = .all, isBulk: Bool = false) -> OutboundMessage {
        OutboundMessage(
            ScheduleDue(schedule: schedule, occurrence: occurrence, tickedAt: occurrence, range: range, isBulk: isBulk))
    }

    private static func inbound(_ messages: [OutboundMessage], isRedelivered: Bool = false) -> [InboundMessage] {
        messages.enumerated().map { number, message in
            InboundMessage(
                tag: MessageTag(epoch: 0, number: UInt64(number + 1)), exchange: "belfry",
                routingKey: message.routingKey, id: message.id, isRedelivered: isRedelivered, body: message.body)
        }
    }

    private struct Account {
        var runs: [JobName] = []
        /// The routing key of each due event for a rest.
        var rests: [String] = []
        var bytesMax = 0
        var rounds = 0
    }

    /// Handles due events, and those for the rests of their ranges, as a pump does.
    private func handleAll(_ messages: [OutboundMessage], _ store: MemoryDispatchStore) async throws -> Account {
        let handler = DueHandler(
            store: store, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var account = Account()
        var waiting = messages
        while !waiting.isEmpty, account.rounds < 1_000 {
            let handled = try await handler.handle(Self.inbound(waiting))
            let again = try await handler.handle(Self.inbound(waiting, isRedelivered: true))
            #expect(again.messages.map(\.id) == handled.messages.map(\.id) && again.count == handled.count)
            waiting.removeFirst(handled.count ?? waiting.count)
            let rests = handled.messages.filter { $0.routingKey.hasPrefix(RoutingKey.scheduleDue) }
            waiting += rests
            account.rests += rests.map(\.routingKey)
            let runs = handled.messages.filter { $0.routingKey.hasPrefix(RoutingKey.deliveryRequested) }
            account.runs += try runs.map { try MessageCoder.decode(DeliveryRequested.self, from: $0.body).jobName }
            account.bytesMax = max(account.bytesMax, handled.messages.reduce(0) { $0 + $1.body.count })
            account.rounds += 1
        }
        return account
    }

    @Test func `reach every job, in transactions of a bounded number of executions`() async throws {
        let account = try await handleAll([Self.due()], MemoryDispatchStore(Self.jobs(2_500)))
        #expect(account.runs.count == 2_500 && Set(account.runs).count == 2_500)
        #expect(account.rounds == 3)
        #expect(account.rests.allSatisfy { $0 == RoutingKey.scheduleDueBulk }, "more jobs than the ticker knew of")
    }

    @Test(arguments: [false, true])
    func `reach every job, in transactions of a bounded number of bytes`(isBulk: Bool) async throws {
        let payload = String(repeating: "p", count: Limits.payloadBytesMax)
        let account = try await handleAll(
            [Self.due(isBulk: isBulk)], MemoryDispatchStore(Self.jobs(100, payload: payload)))
        #expect(account.runs.count == 100 && Set(account.runs).count == 100)
        #expect(account.bytesMax <= DueHandler.bytesMax * 5 / 4)
        #expect(account.rounds == 4)
        #expect(Set(account.rests) == [isBulk ? RoutingKey.scheduleDueBulk : RoutingKey.scheduleDue])
    }

    @Test func `leave the other due events of a batch for the next transaction when there is enough to do`()
        async throws
    {
        let bounds = ["b", "c", "d"].map { JobRange.Key(service: $0, slot: 0) }
        let ranges = zip([nil] + bounds, bounds.map(Optional.some) + [nil]).map(JobRange.init)
        let store = MemoryDispatchStore(
            Self.jobs(750, service: "a") + Self.jobs(749, service: "b") + Self.jobs(1, service: "c")
                + Self.jobs(5, service: "d"))
        let account = try await handleAll(ranges.map { Self.due($0) }, store)
        #expect(account.runs.count == 1_505 && Set(account.runs).count == 1_505)
        #expect(account.rounds == 3 && account.rests.isEmpty)
    }

    @Test func `count a due event that cannot be read once, though it is handed over twice`() async throws {
        let handler = DueHandler(
            store: MemoryDispatchStore(Self.jobs(800)), time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let unreadable = OutboundMessage(routingKey: RoutingKey.scheduleDue, body: [0x7B])
        let batch = Self.inbound([unreadable, Self.due(), unreadable, Self.due()])
        let first = try await handler.handle(batch)
        #expect(first.count == 3 && first.dead.map(\.index) == [0, 2])
        let second = try await handler.handle(Array(batch.dropFirst(3)))
        #expect(second.dead.isEmpty && second.count == nil)
    }

    /// A dispatcher that died may have recorded more than the next one records at once.
    @Test func `lead to the deliveries of all executions that a dispatcher recorded before it died`() async throws {
        let store = MemoryDispatchStore(Self.jobs(1_200))
        let handler = DueHandler(
            store: store, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for part in [JobRange.all, JobRange(from: JobRange.Key(service: "s", slot: 50_000), to: nil)] {
            _ = try await handler.handle(Self.inbound([Self.due(part)]))
        }
        #expect(store.content.withLock { $0.executions.count } == 1_200)
        let first = try await handler.handle(Self.inbound([Self.due()], isRedelivered: true))
        let rests = first.messages.filter { $0.routingKey == RoutingKey.scheduleDueBulk }
        #expect(first.mandatory.count == 1_001 && rests.count == 1)
        #expect(try await handler.handle(Self.inbound(rests)).mandatory.count == 200)
    }

    @Test func `lead to a replay for the rest if they are replays`() async throws {
        let handler = DueHandler(
            store: MemoryDispatchStore(Self.jobs(1_200)), time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var replayed = Self.inbound([Self.due()])
        replayed[0].headers = [Header.replays: "2", "x-own": "dropped"]
        let rests = try await handler.handle(replayed).messages.filter { $0.routingKey == RoutingKey.scheduleDueBulk }
        #expect(rests.map(\.headers) == [[Header.replays: "2"]])
    }

    @Test func `reach the jobs behind many paused ones`() async throws {
        let store = MemoryDispatchStore(
            Self.jobs(3_000, service: "a", isEnabled: false) + Self.jobs(3, service: "b"))
        let account = try await handleAll([Self.due()], store)
        #expect(account.runs.count == 3 && account.rests.isEmpty)
    }
}
