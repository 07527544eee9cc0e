import JobCore
import Messaging
import MessagingTesting
import Testing

/// Sets the scene in a world of its own, and sees that every promise is kept at its end.
func withWorld(
    conduct: Conduct, seed: UInt64 = 4, _ scene: (PipelineWorld) async throws -> Void
) async throws {
    let database = try SharedDatabase()
    defer { database.remove() }
    let world = try PipelineWorld(seed: seed, record: database.store) { _ in conduct }
    try await scene(world)
    let unrest = try await world.settle()
    let broken = try await unrest + world.brokenPromises()
    #expect(broken.isEmpty)
}

extension PipelineWorld {
    func putJob(every seconds: Int64, _ edit: (inout Job) -> Void = { _ in }) async throws {
        let rhythm = Rhythm.every(seconds, "rate(\(seconds) seconds)")
        var job = Job(
            name: JobName(service: service, job: "j\(jobs.count)"),
            target: InvocationTarget(kind: .http, address: "https://a.example/hook"),
            schedule: ScheduleKey(rhythm.expression), ttlSeconds: 120)
        edit(&job)
        try await put(TrackedJob(job: job, rhythm: rhythm, since: now))
    }

    /// Ticks, however long it takes, until a due event is there.
    func tickUntilDue() async throws {
        for _ in 0..<300 where !hasWaiting(.dispatcherDue) { await tickOn() }
        try #require(hasWaiting(.dispatcherDue))
    }

    /// Whose end the event fork was told of.
    var toldEnds: [ExecutionID] {
        broker.unrouted.filter { $0.routingKey == RoutingKey.executionFinished }
            .compactMap { try? MessageCoder.decode(ExecutionChanged.Content.self, from: $0.body).executionID }
    }
}
