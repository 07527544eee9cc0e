import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

@Suite struct `A requested run` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let name = JobName(service: "s", job: "j")
    private static let id = ExecutionID(namespace: name.id.uuid, name: "requested")

    private let time = HandTime(now)

    private static func store(isEnabled: Bool = true) -> MemoryDispatchStore {
        let job = Job(
            name: name, isEnabled: isEnabled,
            target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: "own",
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        let since = Instant(secondsSinceEpoch: 0)
        return MemoryDispatchStore([StoredJob(job: job, effectiveAfter: since, createdAt: since, updatedAt: since)])
    }

    private func handle(
        _ store: MemoryDispatchStore, _ runs: [RunRequested], isRedelivered: Bool = false,
        headers: [String: String] = [:], share: ServiceShare = ServiceShare()
    ) async throws -> HandledBatch {
        let handler = RunHandler(
            store: store, share: share, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let batch = try runs.map { run in
            InboundMessage(
                tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.runRequested,
                headers: headers, isRedelivered: isRedelivered, body: try MessageCoder.encode(run))
        }
        return try await handler.handle(batch)
    }

    private static func run(payload: String? = nil, retryOf: ExecutionID? = nil) -> RunRequested {
        RunRequested(executionID: id, jobName: name, requestedAt: now, payload: payload, retryOf: retryOf)
    }

    private static func request(_ batch: HandledBatch) throws -> DeliveryRequested {
        try MessageCoder.decode(DeliveryRequested.self, from: try #require(batch.messages.first).body)
    }

    @Test(arguments: [true, false]) func `a requested run is delivered even while its job is paused`(isEnabled: Bool)
        async throws
    {
        let request = try Self.request(try await handle(Self.store(isEnabled: isEnabled), [Self.run()]))
        #expect(request.executionID == Self.id && request.payload == "own" && request.attempt == 1)
        #expect(request.deadline == Self.now.adding(seconds: 60))
    }

    @Test func `a requested run may have its own payload and name the execution that it retries`() async throws {
        let earlier = ExecutionID.random()
        let store = Self.store()
        let request = try Self.request(try await handle(store, [Self.run(payload: "mine", retryOf: earlier)]))
        #expect(request.payload == "mine" && request.retryOf == earlier)
        #expect(store.content.withLock { $0.executions[Self.id]?.trigger } == .retry)
    }

    @Test func `a requested run has the secrets of its service that are valid now`() async throws {
        let store = Self.store()
        let secrets = ServiceSecrets(sealed: ["s1.main.new", "s1.main.old"], isDerivedValid: true)
        store.content.withLock { $0.secrets = ["s": secrets, "other": .derived] }
        #expect(try Self.request(try await handle(store, [Self.run()])).secrets == secrets)
        #expect(store.content.withLock { $0.secretQuestions } == [["s"]])
    }

    @Test func `the request of a run, handled twice, leads to one execution and the same delivery`() async throws {
        let store = Self.store()
        let first = try await handle(store, [Self.run(payload: "mine")])
        let second = try await handle(store, [Self.run(), Self.run()], isRedelivered: true)
        #expect(
            first.mandatory.count == 1 && second.messages == first.messages
                && first.eventKeys == ["execution.created.\(Self.name.service).\(Self.name.job)"])
        #expect(store.content.withLock { $0.executions.count } == 1)
    }

    @Test func `the replayed request of a run that is on record leads to its event again, and to no delivery`()
        async throws
    {
        let store = Self.store()
        let first = try await handle(store, [Self.run()])
        let again = try await handle(store, [Self.run()], headers: [Header.replays: "1"])
        #expect(again.mandatory.isEmpty && again.eventKeys == first.eventKeys && !again.eventKeys.isEmpty)
    }

    @Test func `a run that is requested by two messages is delivered once`() async throws {
        let store = Self.store()
        #expect(try await handle(store, [Self.run(), Self.run()]).mandatory.count == 1)
        #expect(try await handle(store, [Self.run()]) == HandledBatch())
    }

    @Test func `runs beyond the service's share are delivered as bulk`() async throws {
        let share = ServiceShare()
        for _ in 1..<ServiceShare.burst {
            _ = share.isBulk(of: Self.name.service, nowMilliseconds: time.monotonicMilliseconds())
        }
        let runs = (0..<2).map { _ in
            RunRequested(executionID: .random(), jobName: Self.name, requestedAt: Self.now)
        }
        let batch = try await handle(Self.store(), runs, share: share)
        #expect(batch.mandatory.map(\.routingKey) == ["delivery.requested", "delivery.requested.bulk"])
        #expect(try MessageCoder.decode(DeliveryRequested.self, from: batch.mandatory[1].body).isBulk)
    }

    @Test func `a run that was requested long ago has its whole ttl left`() async throws {
        time.pass(milliseconds: 600_000)
        let request = try Self.request(try await handle(Self.store(), [Self.run()]))
        #expect(request.deadline == Self.now.adding(seconds: 660))
    }

    @Test func `a run that was requested in the far future becomes a dead letter`() async throws {
        let run = RunRequested(
            executionID: .random(), jobName: Self.name, requestedAt: Instant.recordable.upperBound)
        let batch = try await handle(Self.store(), [run, Self.run()])
        #expect(batch.dead.map(\.index) == [0] && batch.dead.map(\.reason) == [.unreadable])
        #expect(batch.mandatory.count == 1)
    }

    @Test func `a requested run of an unknown job becomes a dead letter`() async throws {
        let other = RunRequested(
            executionID: .random(), jobName: JobName(service: "s", job: "gone"), requestedAt: Self.now)
        let batch = try await handle(Self.store(), [other, Self.run()])
        #expect(batch.dead == [.init(index: 0, reason: .failing, error: "there is no job s/gone")])
        #expect(batch.mandatory.count == 1)
    }

    private static func test(_ edit: (inout Job) -> Void = { _ in }) -> RunRequested {
        var job = Job(
            name: name, isEnabled: false, isExclusive: true,
            target: InvocationTarget(kind: .http, address: "https://new.example/"), payload: "new",
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 600, timeoutSeconds: 7, headers: ["X-A": "b"])
        edit(&job)
        return RunRequested(executionID: id, jobName: name, requestedAt: now, test: job)
    }

    @Test(arguments: [true, false])
    func `a test delivers the job of its message, once and for a short time, whatever is on record`(isOnRecord: Bool)
        async throws
    {
        let store = Self.store()
        if !isOnRecord { store.content.withLock { $0.jobs = [] } }
        let batch = try await handle(store, [Self.test()])
        let request = try Self.request(batch)
        #expect(batch.mandatory.count == 1 && request.isTest && request.retry.maxAttempts == 1)
        #expect(request.target.address == "https://new.example/" && request.payload == "new")
        #expect(request.headers == ["X-A": "b"] && request.timeoutSeconds == 7 && !request.isExclusive)
        #expect(request.deadline == Self.now.adding(seconds: 7 + Job.testQueueSeconds))
        let execution = try #require(store.content.withLock { $0.executions[Self.id] })
        #expect(execution.trigger == .test && !execution.isExclusive)
        #expect(try await handle(store, [Self.test()], isRedelivered: true).messages == batch.messages)
        #expect(try !Self.request(try await handle(Self.store(), [Self.run()])).isTest)
    }

    @Test func `a test that was requested long ago is recorded as missed, and not delivered`() async throws {
        time.pass(milliseconds: 31_000)
        let store = Self.store()
        let batch = try await handle(store, [Self.test()])
        #expect(batch.messages.map(\.routingKey) == ["execution.created.s.j", "execution.finished.s.j"])
        #expect(store.content.withLock { $0.executions[Self.id]?.state.reason } == .missed)
    }

    @Test func `a test beyond the service's share is delivered as bulk`() async throws {
        let share = ServiceShare()
        for _ in 0..<ServiceShare.burst {
            _ = share.isBulk(of: Self.name.service, nowMilliseconds: time.monotonicMilliseconds())
        }
        let batch = try await handle(Self.store(), [Self.test()], share: share)
        #expect(batch.mandatory.map(\.routingKey) == ["delivery.requested.bulk"])
    }

    @Test func `a test of another job than it names becomes a dead letter, and one out of range is brought into it`()
        async throws
    {
        let other = Self.test { $0.name = JobName(service: "other", job: "j") }
        let huge = Self.test {
            ($0.timeoutSeconds, $0.ttlSeconds) = (.max, .max)
            $0.heartbeatIntervalSeconds = .max
        }
        let batch = try await handle(Self.store(), [other, huge])
        #expect(batch.dead.map(\.index) == [0] && batch.dead.map(\.reason) == [.unreadable])
        #expect(try Self.request(batch).deadline == Self.now.adding(seconds: 20))
    }

    /// What a dispatcher has in memory at once is bounded, whatever the jobs are.
    @Test func `requested runs of large jobs are handled a part at a time, and each of them once`() async throws {
        let store = Self.store()
        store.content.withLock { $0.jobs[0].job.payload = String(repeating: "p", count: Limits.payloadBytesMax) }
        let gone = JobName(service: "s", job: "gone")
        var waiting = (0..<100).map { index in
            RunRequested(
                executionID: ExecutionID(namespace: Self.id.uuid, name: "\(index)"),
                jobName: index % 50 == 7 ? gone : Self.name, requestedAt: Self.now)
        }
        var (ids, deadCount, rounds): ([ExecutionID], Int, Int) = ([], 0, 0)
        while !waiting.isEmpty, rounds < 100 {
            let batch = try await handle(store, waiting)
            #expect(batch.messages.reduce(0) { $0 + $1.body.count } <= MessageLimits.batchBytesMax * 5 / 4)
            ids += try batch.mandatory.map {
                try MessageCoder.decode(DeliveryRequested.self, from: $0.body).executionID
            }
            deadCount += batch.dead.count
            waiting.removeFirst(batch.count ?? waiting.count)
            rounds += 1
        }
        #expect(Set(ids).count == 98 && ids.count == 98 && deadCount == 2 && rounds == 4)
    }
}
