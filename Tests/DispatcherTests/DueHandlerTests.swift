import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Guarantee: every occurrence of an enabled job leads to exactly one execution on record.
@Suite struct `A due event` {
    static let occurrence = Instant(secondsSinceEpoch: 1_800_000_000)
    static let schedule = ScheduleKey("rate(1 minute)")

    let time = HandTime(occurrence.adding(milliseconds: 250))

    static func job(_ name: String, isEnabled: Bool = true, misfire: MisfirePolicy = .last) -> StoredJob {
        let job = Job(
            name: JobName(service: "s", job: name), isEnabled: isEnabled,
            target: InvocationTarget(kind: .http, address: "https://example.com/\(name)"), payload: "own",
            schedule: schedule, ttlSeconds: 60, headers: ["X-A": "b"], misfire: misfire)
        let since = Instant(secondsSinceEpoch: 0)
        return StoredJob(job: job, effectiveAfter: since, createdAt: since, updatedAt: since)
    }

    func handler(_ store: MemoryDispatchStore) -> DueHandler {
        DueHandler(store: store, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func due(
        _ occurrence: Instant = occurrence, late milliseconds: Int64 = 100, in range: JobRange = .all
    ) throws -> InboundMessage {
        let event = ScheduleDue(
            schedule: schedule, occurrence: occurrence, tickedAt: occurrence.adding(milliseconds: milliseconds),
            range: range)
        return message(try MessageCoder.encode(event))
    }

    /// As it is after a process died while it handled the message.
    static func redelivered(_ message: InboundMessage) -> InboundMessage {
        var message = message
        message.isRedelivered = true
        return message
    }

    static func message(_ body: [UInt8]) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.scheduleDue, body: body)
    }

    static func requests(_ batch: HandledBatch) throws -> [DeliveryRequested] {
        try batch.messages.filter { $0.routingKey == RoutingKey.deliveryRequested }
            .map { try MessageCoder.decode(DeliveryRequested.self, from: $0.body) }
    }

    @Test func `a due event leads to one execution and one delivery for each job`() async throws {
        let store = MemoryDispatchStore([Self.job("a"), Self.job("b"), Self.job("paused", isEnabled: false)])
        let batch = try await handler(store).handle([Self.due()])
        let requests = try Self.requests(batch)
        #expect(batch.eventKeys.sorted() == ["execution.created.s.a", "execution.created.s.b"])
        #expect(Set(requests.map(\.jobName.job)) == ["a", "b"])
        let request = try #require(requests.first { $0.jobName.job == "a" })
        #expect(request.executionID == Execution.id(of: request.jobName.id, at: Self.occurrence))
        #expect(request.attempt == 1 && request.payload == "own" && request.headers == ["X-A": "b"])
        #expect(request.deadline == Self.occurrence.adding(seconds: 60))
        #expect(store.content.withLock { $0.executions.count } == 2)
    }

    @Test func `a due event's deliveries have the secrets of their service, which are asked for once a batch`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a", misfire: .all), Self.job("b", misfire: .all)])
        let secrets = ServiceSecrets(sealed: ["s1.main.new", "s1.main.old"], isDerivedValid: true)
        store.content.withLock { $0.secrets = ["s": secrets] }
        let later = Self.occurrence.adding(seconds: 60)
        time.pass(milliseconds: 60_000)
        let requests = try Self.requests(try await handler(store).handle([Self.due(), Self.due(later)]))
        #expect(requests.count == 4 && requests.allSatisfy { $0.secrets == secrets })
        #expect(store.content.withLock { $0.secretQuestions } == [["s"]])
    }

    /// Otherwise the batch, tried again, would find its executions on record and deliver none of them.
    @Test func `a due event is recorded only when the secrets of its deliveries are known`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        store.content.withLock { $0.areSecretsUnavailable = true }
        await #expect(throws: StoreError.self) { try await handler(store).handle([Self.due()]) }
        #expect(store.content.withLock { $0.executions.isEmpty })
        store.content.withLock { $0.areSecretsUnavailable = false }
        #expect(try Self.requests(try await handler(store).handle([Self.due()])).map(\.secrets) == [.derived])
    }

    @Test(arguments: [true, false])
    func `a due event handled twice leads to the same messages, and to no second execution`(byAnother: Bool)
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a"), Self.job("b")])
        let first = try await handler(store).handle([Self.due()])
        time.pass(milliseconds: 5_000)
        var again = try Self.due()
        if byAnother { again.isRedelivered = true } else { again.isTriedAgain = true }
        #expect(try await handler(store).handle([again, again]) == first)
        #expect(try Self.requests(first).count == 2 && store.content.withLock { $0.executions.count } == 2)
    }

    /// A ticker that takes over repeats some due events. The dispatcher that has the first one publishes the results.
    @Test(arguments: [0, 90_000] as [Int64])
    func `a second due event with the same content leads to no message`(late: Int64) async throws {
        let store = MemoryDispatchStore([Self.job("a", misfire: .skip)])
        let both = try await handler(store).handle([Self.due(late: late), Self.due(late: late)])
        #expect(both.mandatory.count + both.eventKeys.count { $0.hasPrefix("execution.finished.") } == 1)
        #expect(both.eventKeys.count { $0.hasPrefix("execution.created.") } == 1)
        #expect(try await handler(store).handle([Self.due(late: late)]) == HandledBatch())
    }

    /// Its deliveries may wait in a queue. Its events may be lost: nothing else publishes them.
    @Test func `a replayed due event publishes the events of what is on record, and requests no delivery`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a", misfire: .all), Self.job("b", misfire: .skip)])
        _ = try await handler(store).handle([Self.due(late: 90_000)])
        var replayed = try Self.due(late: 90_000)
        replayed.headers = [Header.replays: "1"]
        let again = try await handler(store).handle([replayed, replayed])
        #expect(again.mandatory.isEmpty)
        #expect(
            again.eventKeys.sorted()
                == ["execution.created.s.a", "execution.created.s.b", "execution.finished.s.b"])
        store.content.withLock { $0.executions = [:] }
        let first = try await handler(store).handle([replayed])
        #expect(first.mandatory.count == 1 && first.eventKeys.sorted() == again.eventKeys.sorted())
    }

    @Test func `a second due event leads to the deliveries of the jobs that the first one did not reach`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a")])
        _ = try await handler(store).handle([Self.due()])
        store.content.withLock { $0.jobs.append(Self.job("b")) }
        #expect(try Self.requests(try await handler(store).handle([Self.due()])).map(\.jobName.job) == ["b"])
    }

    @Test func `a due event whose execution is already running leads to no delivery`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        _ = try await handler(store).handle([Self.due()])
        store.content.withLock { content in
            for id in content.executions.keys { content.executions[id]?.state.status = .invoked }
        }
        let again = try await handler(store).handle([Self.redelivered(Self.due())])
        #expect(again.mandatory.isEmpty && again.eventKeys == ["execution.created.s.a"])
    }

    @Test func `a due event whose execution waits for its retry leads to no delivery`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        _ = try await handler(store).handle([Self.due()])
        store.content.withLock { content in
            let attempt = Attempt(number: 1, at: Self.occurrence, statusCode: 503, latencyMilliseconds: 9)
            for id in content.executions.keys { content.executions[id]?.attempts = [attempt] }
        }
        #expect(try await handler(store).handle([Self.redelivered(Self.due())]).mandatory.isEmpty)
    }

    @Test func `a due event whose execution is buffered leads to no delivery, nor does it after its release`()
        async throws
    {
        var job = Self.job("a", misfire: .all)
        job.job.isExclusive = true
        let store = MemoryDispatchStore([job])
        #expect(try await handler(store).handle([Self.due(late: 90_000)]).eventKeys == ["execution.created.s.a"])
        let buffered = try #require(store.content.withLock { $0.executions.values.first })
        #expect(buffered.state.isBuffered)
        let again = try await handler(store).handle([Self.redelivered(Self.due(late: 90_000))])
        #expect(again.mandatory.isEmpty && again.eventKeys == ["execution.created.s.a"])
        store.content.withLock {
            $0.executions[buffered.id] = buffered.released(at: Self.occurrence.adding(seconds: 900))
        }
        #expect(try await handler(store).handle([Self.redelivered(Self.due(late: 90_000))]).mandatory.isEmpty)
    }

    @Test func `due events for all ranges of a schedule reach each job through exactly one of them`() async throws {
        let jobs = (0..<40).map { Self.job("job-\($0)") }
        let store = MemoryDispatchStore(jobs)
        let bounds = [0, 9_000, 30_000, 65_535].map { JobRange.Key(service: "s", slot: $0) }
        let ranges = zip([nil] + bounds, bounds.map(Optional.some) + [nil]).map(JobRange.init)
        let batch = try ranges.map { try Self.due(in: $0) }
        let names = try Self.requests(try await handler(store).handle(batch)).map(\.jobName.job)
        #expect(names.count == 40 && Set(names).count == 40)
    }

    @Test func `a due event that cannot be read becomes a dead letter, and the others are handled`() async throws {
        let store = MemoryDispatchStore([Self.job("a")])
        let nonsense = ScheduleDue(
            schedule: ScheduleKey("nonsense"), occurrence: Self.occurrence, tickedAt: Self.occurrence)
        let batch = try await handler(store).handle([
            Self.message([0xFF]), Self.due(), Self.message(try MessageCoder.encode(nonsense)),
        ])
        #expect(batch.dead.map(\.index) == [0, 2])
        #expect(batch.dead.allSatisfy { $0.reason == .unreadable && !$0.error.isEmpty })
        #expect(try Self.requests(batch).count == 1)
    }

    @Test func `a due event runs its jobs where the data of its time zone is missing`() async throws {
        let gone = ScheduleKey("cron(0 8 * * ? *)", timeZone: "Test/Gone")
        var stored = Self.job("a")
        stored.job.schedule = gone
        let event = ScheduleDue(schedule: gone, occurrence: Self.occurrence, tickedAt: Self.occurrence)
        let batch = try await handler(MemoryDispatchStore([stored])).handle([
            Self.message(try MessageCoder.encode(event))
        ])
        #expect(batch.dead.isEmpty, "the ticker had the data, so the occurrence is real")
        #expect(try Self.requests(batch).map(\.jobName.job) == ["a"])
    }

    @Test func `a due event leads to the deliveries of all jobs but the one whose execution can't be read`()
        async throws
    {
        let store = MemoryDispatchStore([Self.job("a"), Self.job("b")])
        let unreadable = Execution.id(of: JobName(service: "s", job: "a").id, at: Self.occurrence)
        store.content.withLock { $0.unreadable = [unreadable] }
        let batch = try await handler(store).handle([Self.due()])
        #expect(try Self.requests(batch).map(\.jobName.job) == ["b"] && batch.dead.isEmpty)
    }

    @Test func `the handler of due events throws while the store is unavailable, so that the batch waits`() async throws
    {
        let store = MemoryDispatchStore([Self.job("a")])
        store.content.withLock { $0.isUnavailable = true }
        await #expect(throws: StoreError.self) { try await handler(store).handle([Self.due()]) }
    }
}
