import JobCore
import Store
import Testing

extension StoreConformance {
    static let scheduleScenarios: [StoreScenario] = [
        StoreScenario("the jobs' revision grows with every change of a job, and with nothing else") {
            store async throws in
            var revision = try await store.jobsRevision()
            func grew() async throws -> Bool {
                let before = revision
                revision = try await store.jobsRevision()
                return revision > before
            }
            #expect(try await !grew())
            _ = try await store.put([sampleJob()], now: start)
            #expect(try await grew())
            _ = try await store.put([sampleJob(isEnabled: false)], now: start)
            #expect(try await grew())
            try await store.create(sampleExecution())
            #expect(try await !grew())
            _ = try await store.deleteJob(named: sampleJob().name, now: start)
            #expect(try await grew())
            _ = try await store.deleteJob(named: sampleJob().name, now: start)
            #expect(try await !grew())
        },
        StoreScenario("the first run of a schedule is that of an enabled job, effective and within its bounds") {
            store async throws in
            var later = sampleJob("later")
            later.startAt = start.adding(seconds: 300)
            var ended = sampleJob("ended")
            (ended.startAt, ended.endAt) = (nil, start.adding(seconds: 60))
            _ = try await store.put([later, ended, sampleJob("paused", isEnabled: false)], now: start)
            func firstRun(_ seconds: Int64, _ schedule: ScheduleKey = everyMinute) async throws -> Int64? {
                try await store.firstRun(of: schedule, from: start.adding(seconds: seconds))?.milliseconds(since: start)
            }
            let expected: [(Int64, Int64)] = [(0, 1), (1, 1_000), (60, 60_000), (61, 300_000), (400, 400_000)]
            for (from, run) in expected { #expect(try await firstRun(from) == run, "from \(from) s") }
            #expect(try await firstRun(300, ScheduleKey("rate(2 minutes)")) == nil)
            _ = try await store.deleteJob(named: later.name, now: start)
            #expect(try await firstRun(61) == nil)
        },
        StoreScenario("enabled jobs with the same expression, time zone and DST policy share a schedule") {
            store async throws in
            let berlin = ScheduleKey("rate(1 minute)", timeZone: "Europe/Berlin")
            _ = try await store.put([sampleJob("1"), sampleJob("2", schedule: berlin)], now: start)
            let later = start.adding(seconds: 5)
            _ = try await store.put([sampleJob("3"), sampleJob("4", isEnabled: false)], now: later)
            _ = try await store.put([sampleJob("5", schedule: ScheduleKey("rate(1 day)"))], now: later)
            _ = try await store.deleteJob(named: sampleJob("5").name, now: later)
            let shared = try await store.distinctSchedules()
            #expect(shared.count == 2)
            #expect(
                shared.contains(
                    DistinctSchedule(
                        key: everyMinute, services: [.init("billing", 2)], earliestEffectiveAfter: start,
                        latestEffectiveAfter: later))
            )
            #expect(
                shared.contains(
                    DistinctSchedule(key: berlin, services: [.init("billing", 1)], latestEffectiveAfter: start)))
        },
        StoreScenario("a schedule's enabled jobs are counted by service, in the order of the services' names") {
            store async throws in
            let names = ["b", "B", "a.c", "a", "zz", "b-1"]
            let later = start.adding(seconds: 5)
            for (index, service) in names.enumerated() {
                let jobs = (0...index).map { sampleJob("job\($0)", service: service) }
                let paused = sampleJob("paused", service: service, isEnabled: false)
                _ = try await store.put(jobs + [paused], now: index == 3 ? start : later)
            }
            _ = try await store.put([sampleJob("paused", service: "none", isEnabled: false)], now: start)
            let counted = ["B", "a", "a.c", "b", "b-1", "zz"].map { name in
                DistinctSchedule.ServiceJobs(name, (names.firstIndex(of: name) ?? 0) + 1)
            }
            let schedule = DistinctSchedule(
                key: everyMinute, services: counted, earliestEffectiveAfter: start, latestEffectiveAfter: later)
            #expect(try await store.distinctSchedules() == [schedule])
        },
        StoreScenario(
            "the newest occurrence is the newest one with an execution, and runs that were asked for do not count"
        ) {
            store async throws in
            #expect(try await store.newestOccurrence() == nil)
            var byHand = sampleExecution(minute: 9)
            byHand.trigger = .manual
            try await store.create(byHand)
            #expect(try await store.newestOccurrence() == nil)
            try await store.create(sampleExecution(minute: 2))
            try await store.create(sampleExecution(minute: 1))
            #expect(try await store.newestOccurrence() == start.adding(seconds: 120))
        },
        StoreScenario("the newest occurrence is kept when its execution is removed") { store async throws in
            let execution = sampleExecution(minute: 3)
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.end(.fail, .ttl) }
            #expect(try await store.removeHistory(endedBefore: start.adding(seconds: 9_999), limit: 9) == 1)
            #expect(try await store.newestOccurrence() == start.adding(seconds: 180))
        },
    ]
}
