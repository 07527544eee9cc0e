import JobCore
import Messaging
import MessagingTesting
import Testing

/// Each test freezes one process until the broker has given its messages to another one, and then lets it go on.
@Suite struct `The pipeline beside a frozen process` {
    @Test(arguments: Crash.allCases)
    func `a dispatcher that was frozen before the delivery was requested causes no second webhook`(point: Crash)
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue, frozen: .init(point: point)) {
                await world.pump(.dispatcherDue)
                await world.deliver()
                await world.advance(seconds: 30)
                await world.record()
            }
            #expect(world.store.created.count == 1 && world.store.open.isEmpty)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.services.posts.values.map(\.count) == [1])
        }
    }

    @Test(arguments: Crash.allCases, [true, false])
    func `a courier that was frozen before it reported an attempt causes no webhook after the end`(
        point: Crash, isDropped: Bool
    ) async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            await world.deliver(frozen: .init(point: point, isDropped: isDropped)) {
                await world.advance(seconds: 30)
                await world.record()
                #expect(world.store.open.isEmpty)
                await world.deliver()
                await world.advance(seconds: 1)
                await world.pump(.dispatcherDeliveries)
                await world.deliver()
            }
            #expect(await world.letTimePass().isEmpty)
            #expect(world.services.posts.values.map(\.count) == [1])
            let execution = try #require(try await world.executions().first)
            #expect(execution.attempts.count == 1 && execution.state.invokedAt != nil)
        }
    }

    @Test func `a courier that was frozen attempts none of the deliveries that waited in its hands meanwhile`()
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 3_600)
            for _ in 0..<4 { try await world.run(0) }
            await world.pump(.dispatcherRuns)
            var begun: Set<ExecutionID> = []
            await world.deliver(frozen: .init(point: .beforePublish)) {
                begun = Set(world.services.posts.keys)
                #expect((1...3).contains(begun.count), "some wait")
                for _ in 0..<3 {
                    await world.deliver()
                    await world.advance(seconds: 1)
                    await world.pump(.dispatcherDeliveries)
                }
                await world.deliver()
                #expect(world.services.posts.count == 4, "another courier has made them")
                await world.advance(seconds: 30)
                await world.record()
            }
            #expect(await world.letTimePass().isEmpty)
            let repeated = world.services.posts.filter { $0.value.count > 1 }.keys
            #expect(begun.isSuperset(of: repeated), "only attempts of which no report was published")
        }
    }

    @Test func `a ticker that was frozen with the baton causes no second webhook`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            await world.workOff()
            let before = world.store.created.count
            await world.tick(frozen: .init(point: .beforePublish)) {
                for _ in 0..<300 where world.store.created.count < before + 2 {
                    await world.tickOn(ticker: 1)
                    await world.workOff(reaping: false)
                }
            }
            #expect(await world.letTimePass().isEmpty)
            #expect(world.services.posts.values.allSatisfy { $0.count == 1 })
        }
    }
}
