import Determinism
import JobCore
import Logging
import Messaging
import Store
import Synchronization
import Testing

@testable import Dispatcher

/// Due events of jobs that an operator has paused.
@Suite struct `A due event of a paused job` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let schedule = ScheduleKey("rate(1 minute)")

    private let time = HandTime(start.adding(milliseconds: 250))

    private static func store(_ misfire: MisfirePolicy = .last, pauses: [JobPause]) -> MemoryDispatchStore {
        let jobs = [("a", ["nightly"]), ("b", [])].map { name, tags in
            let job = Job(
                name: JobName(service: "s", job: name),
                target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: schedule,
                ttlSeconds: 60, misfire: misfire, tags: tags)
            let since = Instant(secondsSinceEpoch: 0)
            return StoredJob(job: job, effectiveAfter: since, createdAt: since, updatedAt: since)
        }
        let store = MemoryDispatchStore(jobs)
        store.content.withLock { $0.pauses = pauses }
        return store
    }

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private static func pause(
        _ subject: JobPause.Subject = .tag("nightly"), from begin: Int64 = 0, until end: Int64? = nil,
        ended: Int64? = nil
    ) -> JobPause {
        JobPause(subject, begunAt: at(begin), until: end.map(at), by: "ops", endedAt: ended.map(at))
    }

    /// Handles the due events of these minutes, and returns the executions of the job `a` by minute.
    private func handle(_ store: MemoryDispatchStore, minutes: [Int64] = [0]) async throws -> [Int64: FailureReason?] {
        let handler = DueHandler(
            store: store, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let batch = try minutes.map { minute in
            let due = ScheduleDue(schedule: Self.schedule, occurrence: Self.at(minute * 60), tickedAt: time.now())
            return InboundMessage(
                tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.scheduleDue,
                body: try MessageCoder.encode(due))
        }
        _ = try await handler.handle(batch)
        let executions = store.content.withLock { $0.executions.values.filter { $0.jobName.job == "a" } }
        return Dictionary(
            uniqueKeysWithValues: executions.map {
                ($0.occurrence.milliseconds(since: Self.start) / 60_000, $0.state.reason)
            })
    }

    private static let subjects: [(JobPause.Subject, Set<String>)] = [
        (.job(JobName(service: "s", job: "a")), ["b"]), (.service("s"), []), (.tag("nightly"), ["b"]),
        (.tag("other"), ["a", "b"]), (.service("other"), ["a", "b"]),
    ]

    @Test(arguments: subjects)
    func `leads to no execution of the job, and to those of the jobs that are not paused`(
        subject: JobPause.Subject, running: Set<String>
    ) async throws {
        let store = Self.store(pauses: [Self.pause(subject)])
        _ = try await handle(store)
        #expect(store.content.withLock { Set($0.executions.values.map(\.jobName.job)) } == running)
    }

    @Test(arguments: MisfirePolicy.allCases)
    func `leads to none however late it is handled, also after the pause has ended`(misfire: MisfirePolicy) async throws
    {
        let store = Self.store(misfire, pauses: [Self.pause(from: 0, ended: 150), Self.pause(from: 160, until: 190)])
        time.setWallClock(Self.at(100_000))
        #expect(try await handle(store, minutes: [0, 1, 2, 3]).isEmpty)
    }

    @Test func `leads to an execution before its beginning and from its end on`() async throws {
        let store = Self.store(.all, pauses: [Self.pause(from: 60, until: 180)])
        time.setWallClock(Self.at(240))
        #expect(try await handle(store, minutes: [0, 1, 2, 3]) == [0: nil, 3: nil])
    }

    /// Under `misfire: last` only an occurrence that runs supersedes an earlier one.
    @Test func `does not make the one before the pause a missed one, nor does it run with one after the pause`()
        async throws
    {
        time.setWallClock(Self.at(200))
        let open = Self.store(pauses: [Self.pause(from: 60)])
        #expect(try await handle(open, minutes: [0, 1, 2, 3]) == [0: nil])
        let timed = Self.store(pauses: [Self.pause(from: 60, until: 900)])
        #expect(try await handle(timed, minutes: [0, 1, 2, 3]) == [0: nil])
        let over = Self.store(pauses: [Self.pause(from: 60, until: 180)])
        #expect(try await handle(over, minutes: [0, 1, 2, 3]) == [0: .missed, 3: nil])
    }

    @Test func `is judged by the pauses of its time, which are asked for once a batch`() async throws {
        time.setWallClock(Self.at(500))
        let store = Self.store(pauses: [])
        _ = try await handle(store, minutes: [3, 1, 2])
        #expect(store.content.withLock { $0.pauseQuestions } == [Self.at(60)...Self.at(500)])
        _ = try await handle(store, minutes: [])
        #expect(store.content.withLock { $0.pauseQuestions.count } == 1)
    }
}
