import JobCore
import Messaging
import MessagingTesting
import Testing

/// Guarantee: an occurrence within an operator's pause leaves no execution, is never a missed one, and costs no other
/// occurrence. Every world checks this at its end.
@Suite struct `The pipeline with paused jobs` {
    private static let subjects = ["job", "service", "tag"]

    private func subject(_ name: String, _ world: PipelineWorld) -> JobPause.Subject {
        switch name {
        case "job": .job(world.jobs[0].name)
        case "service": .service(world.service)
        default: .tag(world.tag)
        }
    }

    /// Lets a job's occurrences before, within and after a pause wait for the dispatchers, which were down.
    private func withPauseInOutage(
        _ misfire: MisfirePolicy, isExclusive: Bool = false, isTimed: Bool = false, _ name: String = "job",
        _ scene: (PipelineWorld) async throws -> Void
    ) async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { job in
                (job.misfire, job.isExclusive, job.tags) = (misfire, isExclusive, [world.tag])
            }
            await world.tick()
            await world.advance(seconds: 3)
            await world.tick()
            await world.advance(seconds: 200)
            let subject = self.subject(name, world)
            try await world.pause(subject, until: isTimed ? world.now.adding(seconds: 200) : nil)
            await world.advance(seconds: 200)
            if !isTimed { try await world.resume(subject) }
            await world.advance(seconds: 200)
            try await world.tickUntilDue()
            await world.tick()
            try #require(world.broker.waiting(in: "dispatcher.due").count >= 9)
            try await scene(world)
            #expect(await world.letTimePass().isEmpty)
            #expect(world.ledger.paused.count >= 3)
            let executions = try await world.executions().filter { $0.trigger == .schedule }
            #expect(executions.allSatisfy { !world.isPaused(world.jobs[0].job, at: $0.occurrence) })
            #expect(executions.count >= 6)
            // The latest occurrence is on time, and may find a run open.
            let reasons = executions.map(\.state.reason).filter { $0 != .locked }
            switch misfire {
            case .all: #expect(reasons.allSatisfy { $0 == nil })
            case .last, .skip: #expect(reasons.contains(.missed))
            }
        }
    }

    @Test(arguments: MisfirePolicy.allCases, subjects)
    func `an outage around a pause costs none of the occurrences outside, and makes none within a missed one`(
        misfire: MisfirePolicy, name: String
    ) async throws {
        for isTimed in [true, false] {
            try await withPauseInOutage(misfire, isTimed: isTimed, name) { await $0.pump(.dispatcherDue) }
        }
    }

    @Test(arguments: Crash.allCases, [true, false])
    func `a dispatcher that crashes at each due event around a pause loses none outside, and repeats none within`(
        crash: Crash, isExclusive: Bool
    ) async throws {
        try await withPauseInOutage(.all, isExclusive: isExclusive) { world in
            for _ in 0..<40 where world.hasWaiting(.dispatcherDue) {
                await world.pump(.dispatcherDue, limit: 2, crash: crash)
                await world.pump(.dispatcherDue, limit: 1)
            }
        }
    }

    @Test func `runs that began before a pause go on, those that are buffered, too, and runs by hand are made`()
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) { ($0.misfire, $0.isExclusive) = (.all, true) }
            await world.tick()
            await world.advance(seconds: 3)
            await world.tick()
            await world.advance(seconds: 300)
            try await world.tickUntilDue()
            await world.tick()
            await world.pump(.dispatcherDue)
            let begun = world.store.created
            #expect(begun.count >= 4 && world.store.buffered.count >= 3)
            try await world.pause(.service(world.service))
            #expect(await world.letTimePass().isEmpty)
            try await world.run(0)
            try await world.run(0, retryOf: begun[0])
            #expect(await world.letTimePass().isEmpty)
            let ended = try await world.executions()
            #expect(ended.count == begun.count + 2)
            // The latest occurrences were on time, and found a run open.
            let runs = ended.filter { begun.contains($0.id) && $0.state.reason != .locked }
            #expect(runs.count >= 4 && runs.allSatisfy { $0.state.status == .success })
        }
    }
}
