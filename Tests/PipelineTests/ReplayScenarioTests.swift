import JobCore
import Messaging
import MessagingTesting
import SQLiteStore
import StoreConformance
import Testing

/// Deliveries that were refused, and are replayed. Each test ends with a check of every guarantee.
@Suite struct `A refused delivery that is replayed` {
    /// Runs a job whose service refuses, and returns the failed execution.
    private static func refuse(_ world: PipelineWorld, _ edit: (inout Job) -> Void = { _ in }) async throws
        -> ExecutionID
    {
        try await world.putJob(every: 3_600, edit)
        try await world.run(0)
        await world.workOff()
        let id = try #require(world.store.created.first)
        #expect(world.store.ends[id]?.reason == .invocation)
        #expect(world.services.posts[id]?.count == 1)
        return id
    }

    private static func replayAll(_ world: PipelineWorld, isKept: Bool = false) async {
        for (queue, letter) in world.refusals { await world.replay(letter, of: queue, isKept: isKept) }
    }

    private static func retries(_ world: PipelineWorld, of id: ExecutionID) async throws -> [Execution] {
        try await world.executions().filter { $0.retryOf == id }
    }

    @Test func `runs as a retry that is linked to the failed execution, with its payload`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            let id = try await Self.refuse(world)
            let failed = try #require(try await world.record.execution(id))
            await Self.replayAll(world)
            #expect(world.refusals.isEmpty)
            #expect(await world.letTimePass().isEmpty)
            let retries = try await Self.retries(world, of: id)
            #expect(retries.map(\.id) == [Execution.id(ofReplayOf: id)] && retries.map(\.payload) == ["now"])
            #expect(retries.map(\.trigger) == [.retry] && retries.map(\.attempts.count) == [1])
            #expect(world.services.posts[id]?.count == 1, "the failed one is not delivered again")
            var linked = failed
            linked.retriedBy = retries[0].id
            #expect(try await world.record.execution(id) == linked)
        }
    }

    @Test func `runs once, however often the same letter is replayed`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            let id = try await Self.refuse(world)
            let (queue, letter) = try #require(world.refusals.first)
            await world.replay(letter, of: queue, isKept: true)
            await world.replay(letter, of: queue, isKept: true)
            #expect(await world.letTimePass().isEmpty)
            await world.replay(letter, of: queue)
            #expect(await world.letTimePass().isEmpty)
            let retries = try await Self.retries(world, of: id)
            #expect(retries.count == 1 && retries.map(\.attempts.count) == [1])
        }
    }

    @Test func `runs as a further retry each time that the retry's own letter is replayed`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            var chain = [try await Self.refuse(world)]
            for count in 1...3 {
                await Self.replayAll(world)
                #expect(await world.letTimePass().isEmpty)
                let retries = try await Self.retries(world, of: try #require(chain.last))
                chain.append(try #require(retries.first?.id))
                #expect(retries.count == 1 && world.refusals.map(\.letter.headers[Header.replays]) == ["\(count)"])
            }
            #expect(Set(chain).count == 4 && world.store.created == chain)
        }
    }

    /// The refusal waits in its line, and the record still expects the attempt.
    @Test func `waits until the refusal is on record, and is not delivered before`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            try await world.putJob(every: 3_600)
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            await world.deliver()
            await Self.replayAll(world)
            let id = try #require(world.store.created.first)
            for _ in 0..<20 {
                await world.deliver()
                await world.advance(seconds: 1)
                await world.pump(.dispatcherDeliveries)
            }
            #expect(world.store.open == [id] && world.services.posts[id]?.count == 1)
            #expect(await world.letTimePass().isEmpty)
            #expect(try await Self.retries(world, of: id).count == 1)
            #expect(world.services.posts[id]?.count == 1)
        }
    }

    @Test(arguments: Crash.allCases)
    func `leads to one retry, whichever stage dies on the way`(crash: Crash) async throws {
        try await withWorld(behaviour: .refusing) { world in
            let id = try await Self.refuse(world)
            await Self.replayAll(world)
            await world.deliver(crash: crash)
            for _ in 0..<3 {
                await world.advance(seconds: 2)
                await world.deliver()
            }
            await world.pump(.dispatcherDeliveries, crash: crash)
            await world.pump(.dispatcherDeliveries)
            #expect(await world.letTimePass().isEmpty)
            #expect(try await Self.retries(world, of: id).count == 1)
        }
    }

    @Test(arguments: Crash.allCases)
    func `is a dead letter, though the courier that was refused dies`(crash: Crash) async throws {
        for publishes in 0...1 {
            try await withWorld(behaviour: .refusing) { world in
                try await world.putJob(every: 3_600)
                try await world.run(0)
                await world.pump(.dispatcherRuns)
                await world.deliver(crash: crash, afterPublishes: publishes)
                #expect(await world.letTimePass().isEmpty)
                #expect(!world.refusals.isEmpty)
                let id = try #require(world.store.created.first)
                await Self.replayAll(world)
                #expect(await world.letTimePass().isEmpty)
                #expect(try await Self.retries(world, of: id).count == 1)
            }
        }
    }

    @Test func `of a job that is deleted becomes a dead letter again, and runs once the job is back`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            let id = try await Self.refuse(world)
            try await world.delete(0)
            await Self.replayAll(world)
            #expect(await world.letTimePass().isEmpty)
            let letters = world.broker.waiting(in: "dispatcher.deliveries.dead")
            #expect(letters.map(\.headers[Header.deadReason]) == ["failing"])
            #expect(try await Self.retries(world, of: id).isEmpty)
            let now = world.now
            _ = try await world.record.put([world.jobs[0].job], by: world.author, now: now)
            await world.replay(try #require(letters.first), of: .dispatcherDeliveries)
            #expect(await world.letTimePass().isEmpty)
            #expect(try await Self.retries(world, of: id).map(\.id) == [Execution.id(ofReplayOf: id)])
        }
    }

    @Test func `of a run that was not recorded is kept as a dead letter`() async throws {
        try await withWorld(behaviour: .refusing) { world in
            _ = try await Self.refuse(world)
            let (queue, letter) = try #require(world.refusals.first)
            var unknown = try DeliveryRequested(reading: letter)
            unknown.executionID = .random()
            var stranger = letter
            stranger.body = unknown.body
            await world.replay(stranger, of: queue, isKept: true)
            #expect(await world.letTimePass().isEmpty)
            let letters = world.broker.waiting(in: "dispatcher.deliveries.dead")
            #expect(letters.map(\.headers[Header.deadReason]) == ["unknown_execution"])
            world.broker.rearrange("dispatcher.deliveries.dead") { $0 = [] }
        }
    }
}
