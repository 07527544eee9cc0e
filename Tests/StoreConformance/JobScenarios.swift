internal import JobCore
internal import Store
internal import Testing

extension StoreConformance {
    static let jobScenarios: [StoreScenario] = [
        StoreScenario("a job comes back as it was put") { store async throws in
            let job = sampleJob()
            let put = try await store.put([job], now: start)
            let stored = StoredJob(job: job, effectiveAfter: start, createdAt: start, updatedAt: start)
            #expect(put == [PutJob(stored: stored, isNew: true)])
            #expect(try await store.job(named: job.name) == stored)
            #expect(try await store.job(named: JobName(service: "billing", job: "other")) == nil)
        },
        StoreScenario("a job put again is replaced, and keeps its since, unless its schedule changed or it resumed") {
            store async throws in
            var job = sampleJob()
            var expected = StoredJob(job: job, effectiveAfter: start, createdAt: start, updatedAt: start)
            _ = try await store.put([job], now: start)
            var later = start
            let edits: [@Sendable (inout Job) -> Void] = [
                { $0.ttlSeconds = 60 },
                { $0.isEnabled = false },
                { $0.isEnabled = true },
                { $0.schedule = ScheduleKey("rate(2 minutes)") },
                { $0.schedule = ScheduleKey("rate(2 minutes)", timeZone: "Europe/Berlin") },
            ]
            for edit in edits {
                edit(&job)
                later = later.adding(seconds: 10)
                expected = expected.replaced(by: job, now: later)
                #expect(try await store.put([job], now: later) == [PutJob(stored: expected, isNew: false)])
                #expect(try await store.job(named: job.name) == expected)
            }
        },
        StoreScenario("a deleted job is gone, and comes back as a new one") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            #expect(try await store.deleteJob(named: job.name, now: start))
            #expect(try await !store.deleteJob(named: job.name, now: start))
            #expect(try await store.job(named: job.name) == nil)
            #expect(try await store.jobs(service: nil, after: nil, limit: 10).isEmpty)
            #expect(try await store.jobs(with: everyMinute, in: Shard(index: 0, of: 1), after: nil, limit: 9).isEmpty)
            let later = start.adding(seconds: 60)
            let stored = StoredJob(job: job, effectiveAfter: later, createdAt: later, updatedAt: later)
            #expect(try await store.put([job], now: later) == [PutJob(stored: stored, isNew: true)])
            #expect(try await store.job(named: job.name) == stored)
        },
        StoreScenario("a deleted job keeps its history") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            let execution = sampleExecution(of: job)
            try await store.create(execution)
            #expect(try await store.deleteJob(named: job.name, now: start))
            let page = try await store.executions(ExecutionQuery(service: "billing", job: "invoices"))
            #expect(page.executions == [execution])
        },
        StoreScenario("a job put twice in one call is the later one") { store async throws in
            var second = sampleJob()
            second.ttlSeconds = 7
            let put = try await store.put([sampleJob(), second], now: start)
            #expect(put.map(\.isNew) == [true, false])
            #expect(try await store.job(named: second.name)?.job == second)
            #expect(try await store.put([], now: start).isEmpty)
        },
        StoreScenario("jobs are listed by name, page by page, of one service or all") { store async throws in
            let names = [("b", "2"), ("a", "9"), ("b", "10"), ("a", "Z"), ("c", "1")]
            _ = try await store.put(names.map { sampleJob($0.1, service: $0.0) }, now: start)
            var seen: [String] = []
            var after: JobName?
            while true {
                let page = try await store.jobs(service: nil, after: after, limit: 2)
                seen += page.map(\.job.name.description)
                guard let last = page.last else { break }
                after = last.job.name
            }
            #expect(seen == ["a/9", "a/Z", "b/10", "b/2", "c/1"])
            let onlyB = try await store.jobs(service: "b", after: JobName(service: "b", job: "10"), limit: 9)
            #expect(onlyB.map(\.job.name.description) == ["b/2"])
        },
    ]

    static let scheduleScenarios: [StoreScenario] = [
        StoreScenario("the revision grows with every change of a job, and with nothing else") { store async throws in
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
                        key: everyMinute, jobCount: 2, earliestEffectiveAfter: start, latestEffectiveAfter: later))
            )
            #expect(shared.contains(DistinctSchedule(key: berlin, jobCount: 1, latestEffectiveAfter: start)))
        },
        StoreScenario("the shards of a schedule hold each of its jobs once, in the order of their ids") {
            store async throws in
            let jobs = (0..<60).map { sampleJob("job\($0)", isEnabled: $0 % 7 != 0) }
            _ = try await store.put(jobs + [sampleJob("x", schedule: ScheduleKey("rate(2 days)"))], now: start)
            for count in [1, 3, 7] {
                var seen: [JobID] = []
                for index in 0..<count {
                    let shard = Shard(index: index, of: count)
                    var after: JobID?
                    while true {
                        let page = try await store.jobs(with: everyMinute, in: shard, after: after, limit: 4)
                        #expect(page.allSatisfy { shard.slots.contains(Shard.slot(of: $0.id)) })
                        seen += page.map(\.id)
                        guard let last = page.last else { break }
                        after = last.id
                    }
                }
                #expect(seen.map(\.description) == jobs.map(\.name.id.description).sorted())
            }
        },
        StoreScenario("the newest occurrence is one that has an execution, runs by hand excepted") {
            store async throws in
            #expect(try await store.newestOccurrence() == nil)
            var byHand = sampleExecution(minute: 9)
            byHand.schedule = "run"
            try await store.create(byHand)
            #expect(try await store.newestOccurrence() == nil)
            try await store.create(sampleExecution(minute: 2))
            try await store.create(sampleExecution(minute: 1))
            #expect(try await store.newestOccurrence() == start.adding(seconds: 120))
        },
        StoreScenario("the newest occurrence is remembered when its history is gone") { store async throws in
            let execution = sampleExecution(minute: 3)
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.end(.fail, .ttl) }
            #expect(try await store.removeHistory(endedBefore: start.adding(seconds: 9_999), limit: 9) == 1)
            #expect(try await store.newestOccurrence() == start.adding(seconds: 180))
        },
    ]
}
