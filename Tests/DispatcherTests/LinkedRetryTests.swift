import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Guarantee: a replayed delivery whose execution has failed leads to one retry that is linked to it, and to that
/// retry's `execution.created`.
@Suite struct `A replayed delivery of a failed execution` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let job = Job(
        name: JobName(service: "s", job: "j"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: "own",
        schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)

    private let store = MemoryDispatchStore([StoredJob(job: job, effectiveAfter: now, createdAt: now, updatedAt: now)])
    private let share = ServiceShare()
    private let failed: Execution

    init() {
        var failed = Execution.requested(
            .random(), of: Self.job, at: Self.now.adding(seconds: -900), payload: "mine", retryOf: nil, now: Self.now)
        (failed.state.status, failed.state.reason) = (.fail, .invocation)
        self.failed = failed
        store.content.withLock { $0.executions[failed.id] = failed }
    }

    private func message(
        _ count: Int = 1, judged: Int = 0, of id: ExecutionID? = nil, isRedelivered: Bool = false
    ) -> InboundMessage {
        var delivery = DeliveryRequested(
            executionID: id ?? failed.id, jobName: Self.job.name, occurrence: failed.occurrence, attempt: 3,
            target: InvocationTarget(kind: .http, address: "https://old.example/"), headers: [:], payload: "mine",
            schedule: "", ttlSeconds: 60, heartbeatIntervalSeconds: 30, timeoutSeconds: 15, retry: RetryPolicy(),
            deadline: failed.state.ttlDeadline, lastSuccess: nil, isExclusive: false, retryOf: nil)
        delivery.replays = Replays(count: count, judgedCount: judged, refusedAttempt: 3)
        delivery.deferrals = Deferrals(askedCount: 2)
        let due = OutboundMessage(
            DeliveryDue(delivery),
            headers: ["belfry-own": "kept", Header.replayRun: "9", Header.deadFirstAt: "7", "x-death": "1"])
        return InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: due.routingKey,
            headers: due.headers, id: due.id, isRedelivered: isRedelivered, body: due.body)
    }

    private func handle(_ messages: [InboundMessage]) async throws -> HandledBatch {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try await DeliveryDueHandler(store: store, share: share, time: HandTime(Self.now), logger: logger)
            .handle(messages)
    }

    private var retry: ExecutionID { Execution.id(ofReplayOf: failed.id) }
    private let created = "execution.created.s.j"

    @Test func `leads to a retry with the job of now and the payload of the failed run`() async throws {
        let batch = try await handle([message()])
        try #require(batch.mandatory.count == 1 && batch.dead.isEmpty && batch.eventKeys == [created])
        let execution = try #require(store.content.withLock { $0.executions[retry] })
        #expect(execution.trigger == .retry && execution.retryOf == failed.id && execution.payload == "mine")
        #expect(execution.occurrence == Self.now && execution.state.status == .pending)
        #expect(store.content.withLock { $0.executions[failed.id] } == failed)
        var inbound = message()
        (inbound.headers, inbound.body) = (batch.messages[0].headers, batch.messages[0].body)
        let delivery = try DeliveryRequested(reading: inbound)
        #expect(batch.messages[0].routingKey == RoutingKey.deliveryRequested && batch.messages[0].id == "\(retry)/1")
        #expect(delivery.executionID == retry && delivery.retryOf == failed.id && delivery.attempt == 1)
        #expect(delivery.target == Self.job.target && delivery.payload == "mine")
        #expect(delivery.replays == Replays(count: 1, judgedCount: 1) && delivery.deferrals == Deferrals())
        #expect(inbound.headers["belfry-own"] == "kept" && inbound.headers[Header.deadFirstAt] == "7")
        #expect(inbound.headers[Header.replayRun] == "9")
    }

    @Test func `leads to one retry if it is replayed twice, also in one batch, whatever was counted`() async throws {
        let both = try await handle([message(), message(2)])
        #expect(both.mandatory.count == 1 && both.eventKeys == [created])
        for again in [try await handle([message()]), try await handle([message(3)])] {
            #expect(again.mandatory.isEmpty && again.eventKeys == [created], "its delivery is requested")
        }
        #expect(store.content.withLock(\.executions.count) == 2)
    }

    @Test func `leads to the same messages when the dispatcher died before it had published them`() async throws {
        let first = try await handle([message()])
        #expect(try await handle([message(isRedelivered: true)]).messages == first.messages)
        store.content.withLock { [id = retry] in $0.executions[id]?.state.status = .fail }
        let late = try await handle([message(isRedelivered: true)])
        #expect(late.mandatory.isEmpty && late.eventKeys == [created], "it was delivered meanwhile")
    }

    /// A lost delivery that was requested again has no count, so a retry may leave letters with different counts.
    @Test(arguments: [[2], [1], [1, 2]])
    func `leads to one further retry if it is the retry's own, whatever was counted`(counts: [Int]) async throws {
        _ = try await handle([message()])
        store.content.withLock { [id = retry] in $0.executions[id]?.state.status = .fail }
        for count in counts { _ = try await handle([message(count, judged: count - 1, of: retry)]) }
        let ids = store.content.withLock { Set($0.executions.keys) }
        #expect(ids == [failed.id, retry, Execution.id(ofReplayOf: retry)])
    }

    @Test func `leads to nothing once the record was asked about it`() async throws {
        #expect(try await handle([message(1, judged: 1)]) == HandledBatch())
        #expect(store.content.withLock(\.executions.count) == 1)
    }

    @Test func `becomes a dead letter if its job was deleted, or its execution is not on record`() async throws {
        let known = try await handle([message(), message(of: .random())])
        #expect(known.mandatory.count == 1)
        #expect(known.dead.map(\.index) == [1] && known.dead.map(\.reason) == [.unknownExecution])
        store.content.withLock { $0.jobs = [] }
        let deleted = try await handle([message(2)])
        #expect(deleted.messages.isEmpty && deleted.dead.map(\.reason) == [.failing])
        #expect(deleted.dead.first?.error.contains("there is no job s/j") == true)
    }

    @Test func `leads to a retry of the bulk if it exceeds its service's share`() async throws {
        for _ in 0..<ServiceShare.burst { _ = share.isBulk(of: "s", nowMilliseconds: 0) }
        #expect(try await handle([message()]).mandatory.map(\.routingKey) == [RoutingKey.deliveryRequestedBulk])
    }

    @Test func `is sent back to the couriers, and is not judged, while its refusal is not on record`() async throws {
        store.content.withLock { [id = failed.id] in
            $0.executions[id]?.state.status = .pending
            $0.executions[id]?.state.reason = nil
        }
        let batch = try await handle([message()])
        try #require(batch.messages.count == 1)
        var inbound = message()
        (inbound.headers, inbound.body) = (batch.messages[0].headers, batch.messages[0].body)
        let delivery = try DeliveryRequested(reading: inbound)
        #expect(!delivery.replays.isJudged && delivery.replays.refusedAttempt == 3)
        #expect(delivery.executionID == failed.id && delivery.deferrals.askedCount == 2)
    }

    @Test func `that was not refused is requested as usual while its execution waits for it, and is judged`()
        async throws
    {
        store.content.withLock { [id = failed.id] in $0.executions[id]?.state.status = .pending }
        var waiting = message()
        waiting.headers[Header.refusedAttempt] = nil
        let batch = try await handle([waiting])
        try #require(batch.messages.map(\.id) == ["\(failed.id)/3"])
        (waiting.headers, waiting.body) = (batch.messages[0].headers, batch.messages[0].body)
        let delivery = try DeliveryRequested(reading: waiting)
        #expect(delivery.replays == Replays(count: 1, judgedCount: 1))
        #expect(delivery.deferrals == Deferrals(recordedDueAt: Self.now))
    }

    @Test func `leads to no more retries at a time than their jobs' bytes allow`() async throws {
        var large = Self.job
        large.payload = String(repeating: "x", count: MessageLimits.batchBytesMax / 2)
        store.content.withLock {
            $0.jobs = [StoredJob(job: large, effectiveAfter: Self.now, createdAt: Self.now, updatedAt: Self.now)]
        }
        let others = (1...4).map { _ in
            var other = failed
            other.id = .random()
            return other
        }
        store.content.withLock { content in for other in others { content.executions[other.id] = other } }
        let batch = try await handle(others.map { message(of: $0.id) })
        #expect(batch.count == 2 && batch.mandatory.count == 2)
    }
}
