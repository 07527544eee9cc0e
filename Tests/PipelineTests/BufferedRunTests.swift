import JobCore
import Messaging
import MessagingTesting
import Testing

/// Guarantee: under `misfire: all` each missed occurrence of an exclusive job runs, one after the other, in order.
/// Every world also checks at each release that no other run of the job is open, and that no earlier one waits.
@Suite struct `The missed occurrences of an exclusive job` {
    /// A job with an occurrence a minute, whose dispatchers were down for ten minutes. All due events wait.
    private func withOutage(
        behaviour: ServiceBehaviour = .quick(fails: false), seed: UInt64 = 4,
        _ scene: (PipelineWorld) async throws -> Void
    ) async throws {
        try await withWorld(behaviour: behaviour, seed: seed) { world in
            try await world.putJob(every: 60) {
                $0.isExclusive = true
                $0.misfire = .all
                $0.ttlSeconds = 120
            }
            await world.tick()
            await world.advance(seconds: 3)
            await world.tick()
            await world.advance(seconds: 600)
            try await world.tickUntilDue()
            await world.tick()
            try #require(world.broker.waiting(in: "dispatcher.due").count >= 9)
            try await scene(world)
        }
    }

    /// The runs that were delivered, in the order of their occurrences.
    private func runs(_ world: PipelineWorld) async throws -> [Execution] {
        try await world.executions().filter { $0.state.reason != .locked }.sorted { $0.occurrence < $1.occurrence }
    }

    private func expectOneAfterTheOther(_ world: PipelineWorld, from first: Int = 0) async throws {
        let runs = try await runs(world)
        #expect(runs.count >= 9)
        #expect(runs.allSatisfy { $0.state.status == .success })
        for (before, after) in zip(runs, runs.dropFirst()).dropFirst(first) {
            let begun = try #require(world.services.posts[after.id]?.map(\.at).min())
            #expect(begun >= (try #require(before.state.finishedAt)))
        }
    }

    @Test func `run one after the other, in order, each with one webhook`() async throws {
        try await withOutage { world in
            await world.pump(.dispatcherDue)
            #expect(world.store.buffered.count >= 8)
            #expect(world.broker.waiting(in: "courier.deliveries").count == 1)
            #expect(await world.letTimePass().isEmpty)
            try await expectOneAfterTheOther(world)
            #expect(world.services.posts.values.allSatisfy { $0.count == 1 })
        }
    }

    @Test(arguments: Crash.allCases)
    func `run one after the other, in order, when every process crashes in between`(crash: Crash) async throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            try await withOutage(seed: seed) { world in
                for _ in 0..<200 where world.hasWaiting(.dispatcherDue) || !world.store.open.isEmpty {
                    for queue in [WorkQueue.dispatcherDue, .dispatcherRedeliveries] {
                        await world.pump(queue, limit: 4, crash: crash)
                        await world.pump(queue, limit: 4)
                    }
                    await world.deliver()
                    await world.services.sendDueCallbacks()
                    await world.record(crash: crash)
                    await world.record()
                    await world.advance(seconds: 2)
                }
                try await expectOneAfterTheOther(world)
            }
        }
    }

    @Test func `never overlap when two dispatchers handle the due events out of order`() async throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            try await withOutage(seed: seed) { world in
                world.broker.rearrange("dispatcher.due") {
                    $0.append(contentsOf: [$0.removeFirst(), $0.removeFirst()])
                }
                await world.pump(.dispatcherDue, limit: 5)
                await world.pump(.dispatcherDue)
                #expect(await world.letTimePass().isEmpty)
                let runs = try await runs(world)
                #expect(runs.count >= 9 && runs.allSatisfy { $0.state.status == .success })
                let spans = runs.compactMap { run in
                    world.services.posts[run.id]?.first.map { (from: $0.at, to: run.state.finishedAt ?? $0.at) }
                }.sorted { $0.from < $1.from }
                #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.to <= $1.from })
            }
        }
    }

    @Test func `run one after the other when a second recorder handles the end of a run again`() async throws {
        try await withOutage { world in
            await world.pump(.dispatcherDue)
            for _ in 0..<60 where !world.store.open.isEmpty {
                await world.deliver()
                await world.advance(seconds: 30)
                await world.pump(.ingesterCallbacks)
                for line in ReportLine.allCases {
                    await world.recordTwice(line, limit: 100) {
                        await world.record()
                        await world.pump(.dispatcherRedeliveries)
                    }
                }
                await world.pump(.dispatcherRedeliveries)
            }
            try await expectOneAfterTheOther(world)
        }
    }

    @Test func `go on when the release of a run is lost`() async throws {
        try await withOutage { world in
            await world.pump(.dispatcherDue)
            await world.deliver()
            for _ in 0..<20 where !world.hasWaiting(.dispatcherRedeliveries) {
                await world.advance(seconds: 5)
                await world.record()
            }
            try #require(world.hasWaiting(.dispatcherRedeliveries))
            world.broker.rearrange("dispatcher.redeliveries") { $0 = [] }
            #expect(await world.letTimePass().isEmpty)
            try await expectOneAfterTheOther(world)
        }
    }

    @Test func `run whatever ended the run before, and one that is cancelled while it waits is not delivered`()
        async throws
    {
        try await withOutage(behaviour: .silent) { world in
            await world.pump(.dispatcherDue)
            let cancelled = try #require(world.store.buffered.keys.min { $0.description < $1.description })
            try await world.cancel(cancelled)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.services.posts[cancelled] == nil)
            let others = try await runs(world).filter { $0.id != cancelled }
            #expect(others.count >= 8)
            #expect(others.allSatisfy { $0.state.reason == .heartbeat || $0.state.reason == .ttl })
        }
    }

    @Test func `end with their ttl, one after the other, when their job is deleted`() async throws {
        try await withOutage { world in
            await world.pump(.dispatcherDue, limit: 3)
            try await world.delete(0)
            await world.pump(.dispatcherDue)
            #expect(await world.letTimePass().isEmpty)
            let reasons = try await runs(world).map { $0.state.reason?.rawValue ?? "success" }
            #expect(reasons == ["success", "ttl", "ttl"])
        }
    }

    @Test func `wait, while an occurrence that is on time is locked`() async throws {
        try await withOutage { world in
            await world.pump(.dispatcherDue)
            await world.advance(seconds: 60)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            let locked = try await world.executions().filter { $0.state.reason == .locked }
            #expect(!locked.isEmpty)
            #expect(locked.allSatisfy { $0.createdAt.milliseconds(since: $0.occurrence) <= 60_000 })
        }
    }
}
