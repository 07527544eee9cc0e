import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

@Suite struct `An overdue delivery` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let job = Job(
        name: JobName(service: "s", job: "j"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: "own",
        schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)

    private let store: MemoryDispatchStore
    private let execution = Execution.requested(
        .random(), of: job, at: now, payload: "mine", retryOf: nil, now: now)

    init() {
        let before = Instant(secondsSinceEpoch: 0)
        store = MemoryDispatchStore([
            StoredJob(job: Self.job, effectiveAfter: before, createdAt: before, updatedAt: before)
        ])
        store.content.withLock { [execution] in $0.executions[execution.id] = execution }
    }

    private func handle(
        _ ids: [ExecutionID], releasedAt: Instant? = nil, share: ServiceShare = ServiceShare()
    ) async throws -> HandledBatch {
        let handler = RedeliveryHandler(
            store: store, share: share, time: HandTime(Self.now),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await handler.handle(
            ids.map { id in
                let request = RedeliveryRequested(
                    executionID: id, jobName: Self.job.name, foundAt: releasedAt ?? Self.now,
                    isRelease: releasedAt != nil)
                return InboundMessage(
                    tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: request.routingKey,
                    body: request.body)
            })
    }

    @Test func `an overdue delivery has the secrets of its service that are valid now`() async throws {
        let secrets = ServiceSecrets(sealed: ["s1.main.new", "s1.main.old"], isDerivedValid: true)
        store.content.withLock { $0.secrets = ["s": secrets] }
        let batch = try await handle([execution.id])
        let delivery = try MessageCoder.decode(DeliveryRequested.self, from: try #require(batch.messages.first).body)
        #expect(delivery.secrets == secrets)
        #expect(store.content.withLock { $0.secretQuestions } == [["s"]])
    }

    @Test func `an overdue delivery is requested again with the attempt after the last one on record`() async throws {
        let first = try await handle([execution.id])
        let delivery = try MessageCoder.decode(
            DeliveryRequested.self, from: try #require(first.messages.first).body)
        #expect(first.messages.count == 1 && delivery.attempt == 1 && delivery.payload == "mine")
        store.content.withLock { [execution] content in
            content.executions[execution.id]?.attempts = [
                Attempt(number: 2, at: Self.now, statusCode: 503, latencyMilliseconds: 9)
            ]
        }
        let second = try await handle([execution.id])
        #expect(second.messages.map(\.id) == ["\(execution.id)/3"])
    }

    @Test(arguments: ExecutionStatus.allCases.filter { $0 != .pending })
    func `an overdue delivery is not requested once its execution is invoked or over`(status: ExecutionStatus)
        async throws
    {
        store.content.withLock { [execution] in $0.executions[execution.id]?.state.status = status }
        #expect(try await handle([execution.id]).messages.isEmpty)
    }

    @Test func `a request that is handled late, after the delivery was deferred or found lost again, leads to nothing`()
        async throws
    {
        store.content.withLock { [execution] in
            $0.executions[execution.id]?.attemptDueAt = Self.now.adding(milliseconds: 1)
        }
        #expect(try await handle([execution.id]) == HandledBatch())
    }

    @Test func `an overdue delivery of a test is not requested again, since its job is not on record`() async throws {
        store.content.withLock { [execution] in $0.executions[execution.id]?.trigger = .test }
        #expect(try await handle([execution.id]) == HandledBatch())
    }

    @Test func `an overdue delivery is not requested for an unknown execution or a deleted job`() async throws {
        #expect(try await handle([.random()]) == HandledBatch())
        store.content.withLock { $0.jobs = [] }
        #expect(try await handle([execution.id]) == HandledBatch())
    }

    @Test
    func `the delivery of a run that was buffered is requested once it is released, and not when it was attempted`()
        async throws
    {
        let releasedAt = Self.now.adding(seconds: 40)
        store.content.withLock { [execution] in $0.executions[execution.id] = execution.buffered() }
        #expect(try await handle([execution.id]).messages.isEmpty)
        #expect(try await handle([execution.id], releasedAt: releasedAt).messages.isEmpty)
        let released = execution.released(at: releasedAt)
        store.content.withLock { $0.executions[released.id] = released }
        #expect(try await handle([released.id], releasedAt: Self.now).messages.isEmpty, "another release")
        #expect(try await handle([released.id], releasedAt: releasedAt).messages.map(\.id) == ["\(released.id)/1"])
        store.content.withLock { content in
            content.executions[released.id]?.attempts = [
                Attempt(number: 1, at: releasedAt, statusCode: 503, latencyMilliseconds: 9)
            ]
        }
        #expect(try await handle([released.id], releasedAt: releasedAt).messages.isEmpty)
    }

    @Test func `overdue deliveries beyond the service's share are requested as bulk`() async throws {
        let share = ServiceShare()
        for _ in 0..<ServiceShare.burst { _ = share.isBulk(of: Self.job.name.service, nowMilliseconds: 0) }
        #expect(try await handle([execution.id]).messages.map(\.routingKey) == ["delivery.requested"])
        let batch = try await handle([execution.id], share: share)
        #expect(batch.messages.map(\.routingKey) == ["delivery.requested.bulk"])
    }

    @Test func `an overdue delivery that is requested again changes no record`() async throws {
        _ = try await handle([execution.id, execution.id])
        #expect(store.content.withLock { $0.executions } == [execution.id: execution])
    }
}
