import JobCore
import Messaging
import MessagingTesting
import Testing

/// Faults of the tickers. The end of each test checks that no occurrence is missed or doubled.
@Suite struct `The tickers after a fault` {
    @Test func `a lost baton is replaced`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 20)
            for _ in 0..<20 {
                await world.tickOn()
                await world.workOff()
            }
            #expect(world.cursor != nil)
            world.broker.rearrange("ticker.baton") { $0 = [] }
            for round in 0..<60 where world.cursor == nil { await world.tickOn(ticker: round % 2) }
            #expect(world.cursor != nil)
        }
    }

    @Test(arguments: Crash.allCases)
    func `when a ticker crashes, another ticker continues`(crash: Crash) async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 20)
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            for round in 0..<20 {
                await world.tick(ticker: 0, crash: crash, afterPublishes: round % 2)
                await world.advance(seconds: 10)
                await world.tickOn(ticker: 1)
                await world.workOff()
            }
            #expect(world.store.created.count > 5)
        }
    }

    @Test func `the occurrences of a missed hour run as each job's misfire policy says`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            let intoTheTenMinutes = world.now.millisecondsSinceEpoch % 600_000
            await world.advance(milliseconds: 900_000 - intoTheTenMinutes)
            for policy in MisfirePolicy.allCases {
                try await world.putJob(every: 600) {
                    $0.misfire = policy
                    $0.ttlSeconds = 60
                }
            }
            await world.tick()
            await world.advance(seconds: 3)
            await world.tick()
            await world.advance(seconds: 3_600)
            try await world.tickUntilDue()
            await world.workOff()
            #expect(await world.letTimePass().isEmpty)
            let executions = try await world.executions()
            for (index, policy) in MisfirePolicy.allCases.enumerated() {
                let runs = executions.filter { $0.jobName == world.jobs[index].name }
                    .sorted { $0.occurrence < $1.occurrence }
                let missed = runs.map { $0.state.reason == .missed }
                switch policy {
                case .skip: #expect(missed == Array(repeating: true, count: 6))
                case .last: #expect(missed == Array(repeating: true, count: 5) + [false])
                case .all: #expect(missed == Array(repeating: false, count: 6))
                }
                #expect(runs.allSatisfy { $0.state.reason == .missed || $0.state.status == .success })
            }
        }
    }

    @Test func `the last occurrence before a job's end runs late, though its schedule continues`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60) {
                $0.endAt = world.now.adding(seconds: 150)
                $0.misfire = .last
            }
            await world.advance(seconds: 600)
            await world.tick()
            try await world.tickUntilDue()
            await world.workOff()
            #expect(await world.letTimePass().isEmpty)
            let executions = try await world.executions().sorted { $0.occurrence < $1.occurrence }
            #expect(executions.map { $0.state.reason == .missed }.last == false)
        }
    }

    @Test func `a job that is older than the first ticker misses no occurrence`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            await world.advance(seconds: 200)
            try await world.putJob(every: 60)
            await world.advance(seconds: 100)
            try await world.tickUntilDue()
            await world.workOff()
            let executions = try await world.executions()
            #expect(executions.count { $0.jobName == world.jobs[0].name } >= 4)
        }
    }

    @Test func `occurrences of jobs that a ticker did not know during an outage of the store are ticked afterwards`()
        async throws
    {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            try await world.putJob(every: 20)
            world.store.isUnavailable = true
            for _ in 0..<40 { await world.tick() }
            world.store.isUnavailable = false
            await world.tick()
            await world.workOff()
            let executions = try await world.executions()
            #expect(executions.count { $0.jobName == world.jobs[1].name } >= 5)
        }
    }

    @Test func `a ticker that starts while the store is unavailable skips no occurrence`() async throws {
        try await withWorld(behaviour: .quick(fails: false)) { world in
            try await world.putJob(every: 60)
            try await world.tickUntilDue()
            world.store.isUnavailable = true
            world.tickers = [world.newTicker(), world.newTicker()]
            for _ in 0..<40 { await world.tick(ticker: 0) }
            world.store.isUnavailable = false
            await world.tick(ticker: 1)
            await world.workOff()
            #expect(world.store.created.count >= 4)
        }
    }
}
