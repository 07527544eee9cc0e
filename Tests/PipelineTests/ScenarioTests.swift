import JobCore
import Messaging
import MessagingTesting
import Testing

/// Each test has one fault, and ends with a check of every guarantee.
@Suite struct `The pipeline after one fault` {
    @Test func `a crash between commit and publish loses nothing`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue, crash: .beforePublish)
            #expect(world.store.open.count == 1)
            #expect(!world.hasWaiting(.courierDeliveries))
            await world.pump(.dispatcherDue)
            #expect(world.store.created.count == 1)
            #expect(world.broker.waiting(in: "courier.deliveries").map(\.id) == ["\(world.store.created[0])/1"])

            await world.deliver(crash: .beforePublish)
            #expect(world.broker.waiting(in: "courier.deliveries").map(\.isRedelivered) == [true])
            await world.deliver()
            #expect(world.services.posts.values.map(\.count) == [2])
            await world.advance(seconds: 30)
            await world.pump(.ingesterReports, crash: .beforePublish)
            #expect(world.store.open.isEmpty)
            #expect(world.publishedEnds.isEmpty)
            await world.pump(.ingesterReports)
            #expect(Set(world.publishedEnds) == Set(world.store.created))
        }
    }

    @Test func `a redelivered due event never blocks its own exclusive job`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { $0.isExclusive = true }
            try await world.tickUntilDue()
            for crash in Crash.allCases {
                await world.pump(.dispatcherDue, crash: crash)
                #expect(world.broker.waiting(in: "dispatcher.due").map(\.isRedelivered) == [true])
            }
            await world.pump(.dispatcherDue)
            await world.workOff()
            #expect(world.store.created.count == 1)
            #expect(world.services.posts.values.map(\.count) == [1], "the courier had all of its messages in hand")
            await world.advance(seconds: 30)
            await world.workOff()
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    /// During the outage the reaper reports expiries each minute; the last of them may be recent when the outage ends.
    @Test(arguments: [130, 141])
    func `after an outage of the recorder no healthy run is timed out`(seconds: Int) async throws {
        try await withWorld(behaviour: .steady(18)) { world in
            try await world.putJob(every: 3_600) {
                $0.ttlSeconds = 600
                $0.heartbeatIntervalSeconds = 10
            }
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            await world.deliver()
            await world.pump(.ingesterReports)
            for _ in 0..<seconds {
                await world.advance(seconds: 1)
                await world.reap()
            }
            let waiting = world.broker.waiting(in: "ingester.reports").map(\.routingKey)
            #expect(waiting.count { $0 == RoutingKey.callbackReceived } >= 12)
            #expect(waiting.count { $0 == RoutingKey.executionExpired } >= 2)
            await world.pump(.ingesterReports)
            #expect(world.store.open.count == 1)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    @Test func `deliveries that were purged from their queue are requested again`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { $0.ttlSeconds = 600 }
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            world.broker.rearrange("courier.deliveries") { $0 = [] }
            await world.reap()
            #expect(!world.hasWaiting(.dispatcherRedeliveries), "not lost yet")
            await world.advance(seconds: PipelineWorld.redeliverAfterSeconds)
            await world.reap(reaper: 0)
            await world.reap(reaper: 1)
            #expect(world.broker.waiting(in: "dispatcher.redeliveries").count == 2, "two reapers request it twice")
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    @Test func `a run that is cancelled while its delivery waits in the retry ladder is not delivered again`()
        async throws
    {
        try await withWorld(behaviour: .broken) { world in
            try await world.putJob(every: 60) { $0.ttlSeconds = 600 }
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            await world.deliver()
            await world.pump(.ingesterReports)
            try await world.cancel(try #require(world.store.open.first))
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.reason) == [.cancelled])
            #expect(world.services.posts.values.map(\.count) == [1])
        }
    }

    @Test func `a run that succeeded before its webhook was answered with 500 is not delivered again`() async throws {
        try await withWorld(behaviour: .endsBeforeItFails) { world in
            try await world.putJob(every: 60) { $0.ttlSeconds = 600 }
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            await world.deliver()
            await world.services.sendDueCallbacks()
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
            #expect(world.services.posts.values.map(\.count) == [1])
        }
    }

    @Test func `a poison message delays no other message`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            for queue in WorkQueue.allCases where queue != .tickerBaton && queue != .dispatcherRuns {
                let id = "poison in \(queue.rawValue)"
                try await world.broker.publish([
                    OutboundMessage(routingKey: queue.routingKeys[0], id: id, body: Array("{".utf8))
                ])
                world.ledger.poison[id] = Ledger.Poison(queue: queue, reason: .unreadable)
            }
            await world.workOff()
            await world.advance(seconds: 30)
            await world.workOff()
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    @Test func `lost deliveries of a deleted job are dropped without dead letters, and the run ends with its ttl`()
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { $0.ttlSeconds = 600 }
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            world.broker.rearrange("courier.deliveries") { $0 = [] }
            try await world.delete(0)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.reason) == [.ttl])
        }
    }
}
