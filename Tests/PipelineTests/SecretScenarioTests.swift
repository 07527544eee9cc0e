import Courier
import JobCore
import Messaging
import MessagingTesting
import SQLiteStore
import Signing
import Store
import Testing

/// Guarantee: a service can verify each webhook with its current secret, and with an older one during the overlap.
@Suite struct `A rotation of a service's secret` {
    private static func rotate(_ world: PipelineWorld, overlapSeconds: Int64) async throws -> WebhookSecret {
        let secret = WebhookSecret.random()
        let sealed = SealedSecret(sealing: secret, service: world.service, keys: world.keys).text
        _ = try await world.record.rotateSecret(
            of: world.service, to: sealed, overlapSeconds: overlapSeconds, by: world.author, now: world.now)
        return secret
    }

    /// The secrets with which the last webhook must have been signed, in order.
    private static func expectSigned(_ world: PipelineWorld, with secrets: [WebhookSecret]) throws {
        let invocation = try #require(world.services.lastInvocation)
        let seconds = try #require(invocation.headers["webhook-timestamp"].flatMap { Int64($0) })
        let expected = WebhookSignature(secrets: secrets).header(
            id: invocation.executionID.description, timestampSeconds: seconds, body: invocation.body)
        #expect(invocation.headers["webhook-signature"] == expected)
    }

    /// Makes the next attempt, once its wait in the retry ladder is over.
    private static func deliverAgain(_ world: PipelineWorld) async {
        for _ in 0..<300 where !world.hasWaiting(.dispatcherDeliveries) { await world.advance(seconds: 1) }
        await world.pump(.dispatcherDeliveries)
        await world.deliver()
    }

    @Test func `while a delivery waits for its next attempt has that attempt signed with the new secret, too`()
        async throws
    {
        try await withWorld(behaviour: .flaky(2)) { world in
            let derived = WebhookSecret.derived(service: world.service, keys: world.keys)
            try await world.putJob(every: 3_600) { $0.ttlSeconds = 3_600 }
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            await world.deliver()
            try Self.expectSigned(world, with: derived)

            let first = try await Self.rotate(world, overlapSeconds: 3_600)
            await Self.deliverAgain(world)
            #expect(world.services.posts.values.map(\.count) == [2])
            try Self.expectSigned(world, with: [first] + derived)

            let second = try await Self.rotate(world, overlapSeconds: 0)
            await Self.deliverAgain(world)
            #expect(world.services.posts.values.map(\.count) == [3])
            try Self.expectSigned(world, with: [second])
            #expect(await world.letTimePass().isEmpty)
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    @Test func `is in use from the next occurrence on, also for a delivery that was lost`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { $0.ttlSeconds = 600 }
            let own = try await Self.rotate(world, overlapSeconds: 0)
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            world.broker.rearrange("courier.deliveries") { $0 = [] }
            let newer = try await Self.rotate(world, overlapSeconds: 86_400)
            #expect(await world.letTimePass().isEmpty)
            try Self.expectSigned(world, with: [newer, own])
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }

    /// Nobody's webhook goes out with a signature that its service can't verify.
    @Test func `with a signing key that couriers don't have makes attempts fail, until they can open it`() async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 3_600) { $0.ttlSeconds = 600 }
            let foreign = try SigningKeys(parsing: "k9:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
            let sealed = SealedSecret(sealing: .random(), service: world.service, keys: foreign).text
            _ = try await world.record.rotateSecret(
                of: world.service, to: sealed, overlapSeconds: 60, by: world.author, now: world.now)
            try await world.run(0)
            await world.pump(.dispatcherRuns)
            await world.deliver()
            await world.record()
            let attempts = try await world.executions().flatMap(\.attempts)
            #expect(
                attempts.map(\.error) == [
                    "the service's secret can't be opened: its signing key “k9” is not configured"
                ])
            #expect(world.services.posts.isEmpty)
            let own = try await Self.rotate(world, overlapSeconds: 0)
            #expect(await world.letTimePass().isEmpty)
            try Self.expectSigned(world, with: [own])
            #expect(world.store.ends.values.map(\.status) == [.success])
        }
    }
}
