import JobCore
import Messaging
import MessagingTesting
import SQLiteStore
import Store
import StoreConformance
import Testing

/// The test of a job's target, on its way through all stages. Each ends with a check of every guarantee.
@Suite struct `A test delivery` {
    private static func job(_ world: PipelineWorld, isExclusive: Bool = false) -> Job {
        Job(
            name: JobName(service: world.service, job: "tried"), isEnabled: false, isExclusive: isExclusive,
            target: InvocationTarget(kind: .http, address: "https://b.example/hook"),
            schedule: ScheduleKey("rate(1 hour)"), ttlSeconds: 3_600)
    }

    @Test(
        arguments: [
            (.quick(fails: false), .success, nil), (.quick(fails: true), .success, nil), (.silent, .success, nil),
            (.refusing, .fail, .invocation), (.broken, .fail, .invocation), (.flaky(1), .fail, .invocation),
            (.endsBeforeItFails, .fail, .invocation),
        ] as [(ServiceBehaviour, ExecutionStatus, FailureReason?)])
    func `ends with the answer of the target, and the job stays off the record`(
        behaviour: ServiceBehaviour, status: ExecutionStatus, reason: FailureReason?
    ) async throws {
        try await withWorld(behaviour: behaviour) { world in
            let job = Self.job(world)
            let id = try #require(try await world.test(job))
            await world.workOff()
            let execution = try #require(try await world.record.execution(id))
            #expect(execution.state.status == status && execution.state.reason == reason)
            #expect(execution.trigger == .test && world.services.posts[id]?.count == 1)
            #expect(try await world.record.job(named: job.name) == nil)
            let now = world.now
            _ = try await world.record.put([job], by: world.author, now: now)
            #expect(try await world.record.job(named: job.name)?.job == job)
            #expect(try await world.executions().map(\.id) == [id], "its history stays when the job is put")
        }
    }

    @Test(arguments: Crash.allCases) func `is delivered and ends, whichever stage dies`(crash: Crash) async throws {
        try await withWorld(behaviour: .silent) { world in
            let id = try #require(try await world.test(Self.job(world)))
            await world.pump(.dispatcherRuns, crash: crash)
            await world.workOff()
            let state = try #require(try await world.record.execution(id)).state
            #expect(state.status == .success && world.services.posts[id]?.count == 1)
        }
    }

    @Test func `waits for no open run of an exclusive job, and is in the way of none`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { $0.isExclusive = true }
            try await world.tickUntilDue()
            await world.pump(.dispatcherDue)
            let run = try #require(world.store.created.first)
            let id = try #require(try await world.test(world.jobs[0].job))
            await world.pump(.dispatcherRuns)
            #expect(try await world.record.execution(id)?.state.status == .pending)
            await world.workOff()
            #expect(try await world.record.execution(id)?.state.status == .success)
            #expect(try await world.record.execution(run)?.state.reason == nil)
        }
    }

    @Test func `that is lost is not made again, and its ttl ends it`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 3_600)
            let id = try #require(try await world.test(world.jobs[0].job))
            await world.pump(.dispatcherRuns)
            world.broker.rearrange(WorkQueue.courierDeliveries.rawValue) { $0 = [] }
            #expect(await world.letTimePass().isEmpty)
            #expect(try await world.record.execution(id)?.state.reason == .ttl)
            #expect(world.services.posts[id] == nil)
        }
    }
}
