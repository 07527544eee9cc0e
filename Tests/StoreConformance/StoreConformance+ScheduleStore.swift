import Determinism
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
        StoreScenario("since a revision, those schedules have changed whose enabled jobs have, and no others") {
            store async throws in
            let (daily, hourly) = (ScheduleKey("rate(1 day)"), ScheduleKey("rate(1 hour)", timeZone: "Asia/Tokyo"))
            _ = try await store.put(
                [sampleJob("1"), sampleJob("2", schedule: daily), sampleJob("3", schedule: hourly)], now: start)
            var revision = try await store.jobsRevision()
            func changes() async throws -> (read: [ScheduleKey: Int], removed: [ScheduleKey]) {
                let changes = try await store.schedules(changedSince: revision)
                #expect(!changes.isComplete)
                revision = changes.revision
                let counts = changes.schedules.map { ($0.key, $0.services.map(\.count).reduce(0, +)) }
                return (Dictionary(uniqueKeysWithValues: counts), changes.removed)
            }
            #expect(try await changes() == ([:], []))
            _ = try await store.put([sampleJob("4", schedule: daily)], now: start)
            #expect(try await changes() == ([daily: 2], []))
            #expect(try await changes() == ([:], []))
            _ = try await store.put([sampleJob("3", schedule: daily)], now: start.adding(seconds: 1))
            #expect(try await changes() == ([daily: 3], [hourly]))
            _ = try await store.put([sampleJob("1", isEnabled: false)], now: start)
            #expect(try await changes() == ([:], [everyMinute]))
            _ = try await store.put([sampleJob("5", isEnabled: false, schedule: hourly)], now: start)
            _ = try await store.deleteJob(named: sampleJob("2").name, now: start)
            #expect(try await changes() == ([daily: 2], [hourly]))
            _ = try await store.deleteJob(named: sampleJob("5").name, now: start)
            #expect(try await changes() == ([:], [hourly]))
            var described = sampleJob("4", schedule: daily)
            described.description = "another text"
            _ = try await store.put([described], now: start.adding(seconds: 2))
            #expect(try await changes() == ([:], []), "the ticker does not use the text")
        },
        StoreScenario("all schedules are read when no revision is named, or one that is not on record") {
            store async throws in
            _ = try await store.put([sampleJob("1"), sampleJob("2", schedule: ScheduleKey("rate(1 day)"))], now: start)
            let current = try await store.jobsRevision()
            for unknown in [nil, current + 1, current - 1_000_000] {
                let all = try await store.schedules(changedSince: unknown)
                #expect(all.isComplete && all.schedules.count == 2 && all.removed.isEmpty && all.revision == current)
            }
        },
        StoreScenario("changes that follow each other add up to the schedules that there are") {
            store async throws in
            var random = SplitMix64(seed: 11)
            let keys = (1...6).map { ScheduleKey("rate(\($0) minutes)") }
            var (known, revision): ([ScheduleKey: DistinctSchedule], Int64?) = ([:], nil)
            for step in 0..<120 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let (number, now) = (Int.random(in: 0..<12, using: &random), start.adding(seconds: Int64(step)))
                    var job = sampleJob("\(number)", service: "service\(number % 3)")
                    job.schedule = keys[Int.random(in: 0..<keys.count, using: &random)]
                    job.isEnabled = Int.random(in: 0..<4, using: &random) > 0
                    if Int.random(in: 0..<4, using: &random) > 0 {
                        _ = try await store.put([job], now: now)
                    } else {
                        _ = try await store.deleteJob(named: job.name, now: now)
                    }
                }
                let changes = try await store.schedules(changedSince: revision)
                changes.apply(to: &known)
                revision = changes.revision
                let all = try await store.distinctSchedules().map { ($0.key, $0) }
                #expect(known == Dictionary(uniqueKeysWithValues: all), "step \(step)")
            }
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
            #expect(try await store.removeHistory(endedBefore: start.adding(seconds: 86_400), limit: 9) == 1)
            #expect(try await store.newestOccurrence() == start.adding(seconds: 180))
        },
    ]
}

extension ScheduleStore {
    func jobsRevision() async throws(StoreError) -> Int64 {
        try await schedules(changedSince: nil).revision
    }
}
