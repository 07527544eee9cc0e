import JobCore
import Messaging
import MessagingTesting
import Testing

/// Runs a scenario in a new world, and checks every guarantee at its end.
func withWorld(
    behaviour: ServiceBehaviour, seed: UInt64 = 4, _ scene: (PipelineWorld) async throws -> Void
) async throws {
    let database = try SharedDatabase()
    defer { database.remove() }
    let world = try PipelineWorld(seed: seed, record: database.store) { _ in behaviour }
    try await scene(world)
    let unsettled = try await world.settle()
    let broken = try await unsettled + world.brokenGuarantees()
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

    /// Ticks until a due event waits for the dispatcher.
    func tickUntilDue() async throws {
        for _ in 0..<300 where !hasWaiting(.dispatcherDue) { await tickOn() }
        try #require(hasWaiting(.dispatcherDue))
    }

    /// The executions whose end was published as an event.
    var publishedEnds: [ExecutionID] {
        broker.unrouted.compactMap(PublishedEvent.init).filter { $0.type == RoutingKey.executionFinished }
            .map(\.execution.executionID)
    }
}
