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
            #expect(world.services.posts.values.map(\.count) == [1], "the record is asked first")
            await world.advance(seconds: 1)
            await world.pump(.dispatcherDeliveries)
            await world.deliver()
            #expect(world.services.posts.values.map(\.count) == [2])
            await world.advance(seconds: 30)
            await world.record(crash: .beforePublish)
            #expect(world.store.open.isEmpty)
            #expect(world.publishedEnds.isEmpty)
            await world.record()
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

    @Test(arguments: Crash.allCases)
    func `a run that ends while a dead courier's delivery waits for another one is not delivered again`(crash: Crash)
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            await world.deliver(crash: crash)
            #expect(world.broker.waiting(in: "courier.deliveries").map(\.isRedelivered) == [true])
            await world.advance(seconds: 30)
            await world.record()
            #expect(world.store.open.isEmpty)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.services.posts.values.map(\.count) == [1])
        }
    }

    @Test func `a ticker that dies before it hands over the baton causes no second webhook`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            for _ in 0..<300 where !world.hasWaiting(.dispatcherDue) {
                await world.tick(crash: .beforePublish, afterPublishes: 1)
                if world.cursor == nil { await world.advance(seconds: 1) }
            }
            await world.pump(.dispatcherDue)
            #expect(world.broker.waiting(in: "courier.deliveries").count == 1)
            for _ in 0..<300 where !world.hasWaiting(.dispatcherDue) { await world.tick(ticker: 1) }
            try #require(world.hasWaiting(.dispatcherDue), "the due event is repeated")
            await world.pump(.dispatcherDue)
            #expect(world.broker.waiting(in: "courier.deliveries").count == 1)
            await world.workOff()
            #expect(world.services.posts.values.map(\.count) == [1] && world.store.created.count == 1)
        }
    }

    /// The reaper does not see the callbacks that wait in their line, and reports the run as expired again and again.
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
            await world.record()
            for _ in 0..<seconds {
                await world.advance(seconds: 1)
                await world.reap()
            }
            let waiting = ReportLine.allCases.flatMap {
                world.broker.waiting(in: WorkQueue.ingesterReports($0).rawValue).map(\.routingKey)
            }
            #expect(waiting.count { $0.hasPrefix(ReportKind.callbackReceived.rawValue) } >= 11)
            await world.record(limit: 1_000)
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
            for _ in 0...PipelineWorld.redeliverAfterSeconds / 10 {
                #expect(!world.hasWaiting(.dispatcherRedeliveries), "not lost yet")
                await world.reap(reaper: 0)
                await world.reap(reaper: 1)
                await world.passMarks()
                await world.record()
                await world.advance(seconds: 10)
            }
            await world.reap()
            await world.passMarks()
            await world.record()
            await world.reap(reaper: 1)
            await world.record()
            #expect(world.broker.waiting(in: "dispatcher.redeliveries").count == 1)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    @Test func `no delivery is repeated after an outage of the couriers or of the recorder, and none is timed out`()
        async throws
    {
        for (stage, seed) in (1...8).flatMap({ [(WorkQueue.courierDeliveries, $0), (.ingesterReports0, $0)] }) {
            try await withWorld(behaviour: .quick(fails: false), seed: UInt64(seed)) { world in
                try await world.putJob(every: 3_600) { $0.ttlSeconds = 120 }
                for _ in 0..<6 { try await world.run(0) }
                await world.pump(.dispatcherRuns)
                for _ in 0..<40 {
                    // Only the other stages are at work.
                    if stage == .courierDeliveries { await world.record() } else { await world.passMarks() }
                    await world.reap()
                    await world.pump(.dispatcherDeliveries)
                    await world.pump(.dispatcherRedeliveries)
                    await world.pump(.ingesterCallbacks)
                    await world.advance(seconds: 10)
                }
                #expect(await world.letTimePass().isEmpty)
                let ends = world.store.ends.values.map { $0.reason?.rawValue ?? "success" }
                #expect(ends == Array(repeating: "success", count: 6), "seed \(seed), without \(stage)")
                #expect(world.services.posts.values.map(\.count) == Array(repeating: 1, count: 6))
            }
        }
    }

    /// Marks wait with the deliveries, in every queue of theirs.
    @Test(arguments: [WorkQueue.dispatcherDeliveries, .courierBulk])
    func `no delivery is repeated or timed out while it waits for dispatchers or for a courier of the bulk`(
        queue: WorkQueue
    ) async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 3_600) { $0.ttlSeconds = 120 }
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            var delivery = try DeliveryRequested(
                reading: try #require(world.broker.waiting(in: "courier.deliveries").first))
            world.broker.rearrange("courier.deliveries") { $0 = [] }
            delivery.isBulk = queue == .courierBulk
            // As a courier defers it because its target is busy, or as it is requested for the bulk.
            let deferred = OutboundMessage(DeliveryDue(delivery), afterSeconds: 5, headers: [:])
            try await world.broker.publish([delivery.isBulk ? OutboundMessage(delivery) : deferred])
            for _ in 0..<40 {
                await world.reap()
                if queue == .courierBulk { await world.pump(.dispatcherDeliveries) }
                if queue == .dispatcherDeliveries { await world.deliver(from: .courierBulk) }
                await world.deliver()
                await world.record()
                await world.pump(.dispatcherRedeliveries)
                await world.advance(seconds: 10)
            }
            #expect(world.hasWaiting(queue) && world.store.open.count == 1)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
            #expect(world.services.posts.values.map(\.count) == [1])
        }
    }

    @Test func `a recorder that was frozen with a batch changes no verdict when it goes on with it`() async throws {
        try await withWorld(behaviour: .steady(30)) { world in
            try await world.putJob(every: 3_600) {
                $0.ttlSeconds = 900
                $0.heartbeatIntervalSeconds = 1
            }
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            await world.deliver()
            await world.advance(seconds: 2)
            for line in ReportLine.allCases {
                await world.recordTwice(line, limit: 3) {
                    for _ in 0..<8 {
                        await world.advance(seconds: 1)
                        await world.reap()
                        await world.record(limit: 1_000)
                    }
                }
            }
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
            await world.record()
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
            for queue in [.dispatcherDue, .dispatcherDeliveries, .courierDeliveries, .ingesterReports3] as [WorkQueue] {
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
