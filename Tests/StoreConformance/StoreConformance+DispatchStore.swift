import JobCore
import Store
import Testing

extension StoreConformance {
    private static func sorted(_ jobs: [Job]) -> [JobName] {
        jobs.map(\.name).sorted { JobRange.Key($0) < JobRange.Key($1) }
    }

    static let rangeScenarios: [StoreScenario] = [
        StoreScenario("the ranges of a schedule hold each of its jobs once, in the order of services and ids") {
            store async throws in
            let jobs = (0..<60).map { index in
                sampleJob("job\(index)", service: ["a", "B", "a.b", "c-1"][index % 4], isEnabled: index % 7 != 0)
            }
            _ = try await store.put(jobs + [sampleJob("x", schedule: ScheduleKey("rate(2 days)"))], now: start)
            let between = JobRange.Key(sorted(jobs)[17])
            for cuts in [
                [], [("a", 0)], [("B", 30_000), ("a", 0), ("a", 40_000), ("a.a", 0), ("c-1", 65_535), ("z", 0)],
            ] as [[(String, Int)]] {
                let bounds = ([between] + cuts.map { JobRange.Key(service: $0.0, slot: $0.1) }).sorted()
                var seen: [JobName] = []
                for (from, to) in zip([nil] + bounds, bounds.map(Optional.some) + [nil]) {
                    var range: JobRange? = JobRange(from: from, to: to)
                    while let part = range {
                        let page = try await store.jobs(with: everyMinute, in: part, limit: 4, bytesMax: 99_999)
                        #expect(page.jobs.allSatisfy { part.contains($0.job.name) } && page.jobs.count <= 4)
                        #expect(page.rest == nil || page.rest?.to == to && page.jobs.count == 4)
                        seen += page.jobs.map(\.job.name)
                        range = page.rest
                    }
                }
                #expect(seen == sorted(jobs))
            }
        },
        StoreScenario("a page of jobs ends before the job that would make it larger than asked for") {
            store async throws in
            var jobs = (0..<12).map { sampleJob("job\($0)", service: "s\($0 % 3)") }
            jobs[4].payload = String(repeating: "x", count: 5_000)
            _ = try await store.put(jobs, now: start)
            var seen: [JobName] = []
            var range: JobRange? = .all
            while let part = range {
                let page = try await store.jobs(with: everyMinute, in: part, limit: 99, bytesMax: 2_500)
                #expect((1...2_500).contains(page.bytes) || page.jobs.map(\.job.name) == [jobs[4].name])
                seen += page.jobs.map(\.job.name)
                range = page.rest
            }
            #expect(seen == sorted(jobs))
        },
    ]

    static let creationScenarios: [StoreScenario] = [
        StoreScenario("an execution is read as it was created, in every field") { store async throws in
            _ = try await store.put([sampleJob()], now: start)
            var execution = sampleExecution()
            execution.payload = "only this once"
            execution.attempts = [Attempt(number: 1, at: start, statusCode: nil, latencyMilliseconds: 9, error: "“no”")]
            execution.deferrals = [Deferral(attempt: 1, at: start, until: start.adding(seconds: 1), busyCount: 1)]
            execution.outcome = Outcome(summary: "s", state: "{}", error: "e", correlationID: "c")
            execution.retriedBy = .random()
            execution.invoke(at: start)
            execution.heartbeat(at: start.adding(seconds: 1), progress: 40)
            execution.state.isExtended = true
            let created = try await store.create(execution)
            #expect(created == RecordedExecution(execution: execution, isNew: true, lastSuccess: nil))
            #expect(try await store.execution(execution.id) == execution)
            #expect(try await store.execution(.random()) == nil)
        },
        StoreScenario("an execution that exists already is answered as it is, and not changed") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.invoke(at: start) }
            let answer = try await store.create([sampleExecution(minute: 1), execution], now: start)
            #expect(answer.map(\.isNew) == [true, false])
            #expect(answer.last?.execution.state.status == .invoked)
            #expect(try await store.execution(execution.id)?.state.status == .invoked)
            #expect(try await store.create([], now: start).isEmpty)
        },
        StoreScenario("an execution is created when the store is written, not when the caller began to wait for it") {
            store async throws in
            let (waiting, missed) = (sampleExecution(), sampleExecution(minute: 1))
            var over = missed
            over.state = .over(.missed, at: start, ttlSeconds: 300)
            let written = start.adding(seconds: 90)
            let answer = try await store.create([waiting, over], now: written)
            #expect(answer.map(\.execution.createdAt) == [written, written])
            #expect(answer.map(\.execution.state.finishedAt) == [nil, written])
            #expect(try await store.execution(waiting.id)?.createdAt == written)
        },
        StoreScenario("an execution that is twice in one batch is created once") { store async throws in
            for isExclusive in [false, true] {
                let execution = sampleExecution(of: sampleJob("job-\(isExclusive)", isExclusive: isExclusive))
                let answer = try await store.create([execution, execution], now: start)
                #expect(answer.map(\.isNew) == [true, false])
                #expect(answer.map(\.execution) == [execution, execution])
            }
        },
        StoreScenario("an execution of a job that was never put is recorded, and creates no job") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            #expect(try await store.execution(execution.id)?.jobName == execution.jobName)
            #expect(try await store.job(named: execution.jobName) == nil)
            #expect(try await store.distinctSchedules().isEmpty)
            #expect(try await store.put([sampleJob()], now: start).map(\.isNew) == [true])
        },
        StoreScenario("a retry and the execution it retries refer to each other") { store async throws in
            let failed = sampleExecution()
            try await store.create(failed)
            try await store.rewrite(failed.id) { $0.end(.fail, .reported) }
            var retry = sampleExecution(minute: 1)
            retry.retryOf = failed.id
            #expect(try await store.create(retry).execution.retryOf == failed.id)
            #expect(try await store.execution(failed.id)?.retriedBy == retry.id)
            #expect(try await store.execution(retry.id)?.retryOf == failed.id)
        },
        StoreScenario("a batch of executions larger than a due event's range is answered in order") {
            store async throws in
            let executions = (0..<700).map { sampleExecution(of: sampleJob("job\($0)")) }
            let answer = try await store.create(executions, now: start)
            #expect(answer.map(\.execution) == executions)
            let statuses = try await store.statuses(of: executions.map(\.id))
            #expect(statuses.count == 700)
        },
    ]

    static let recordedScenarios: [StoreScenario] = [
        StoreScenario("the recorded executions of some ids are those that exist, in the order of the ids") {
            store async throws in
            let executions = (0..<150).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            try await store.rewrite(executions[3].id) { $0.invoke(at: start) }
            try await store.heartbeat(executions[3].id, at: start.adding(seconds: 1), progress: 7)
            let backwards = Array(executions.reversed())
            let found = try await store.recorded(backwards.map(\.id) + [.random(), executions[3].id])
            #expect(found.map(\.execution.id) == backwards.map(\.id) + [executions[3].id])
            #expect(try await store.execution(executions[3].id) == found.last?.execution)
            #expect(found.last?.execution.state.progress == 7)
            #expect(found.first == RecordedExecution(execution: executions[149], isNew: false, lastSuccess: nil))
            #expect(found.allSatisfy { !$0.isNew })
            #expect(try await store.recorded([]).isEmpty)
            #expect(try await store.recorded([.random()]).isEmpty)
        },
        StoreScenario("a recorded execution of a deleted job is still found") { store async throws in
            let execution = sampleExecution()
            _ = try await store.put([sampleJob()], now: start)
            try await store.create(execution)
            _ = try await store.deleteJob(named: execution.jobName, now: start)
            #expect(try await store.recorded([execution.id]).map(\.execution) == [execution])
        },
        StoreScenario("a recorded execution has its job's last success while it is exclusive and open") {
            store async throws in
            let (exclusive, shared) = (sampleJob("exclusive", isExclusive: true), sampleJob("shared"))
            let others = sampleExecution(of: sampleJob("other", isExclusive: true))
            for execution in [sampleExecution(of: exclusive), sampleExecution(of: shared)] {
                try await store.create(execution)
                try await store.rewrite(execution.id) { $0.end(.success) }
            }
            let ended = sampleExecution(of: exclusive)
            let open = sampleExecution(of: exclusive, minute: 1)
            let locked = sampleExecution(of: exclusive, minute: 2)
            let unlocked = sampleExecution(of: shared, minute: 1)
            let created = try await store.create([open, locked, unlocked, others], now: start)
            let found = try await store.recorded([ended.id, open.id, locked.id, unlocked.id, others.id])
            #expect(found.map(\.lastSuccess?.executionID) == [nil, ended.id, nil, nil, nil])
            #expect(found.dropFirst().map(\.lastSuccess) == created.map(\.lastSuccess))
        },
    ]
}
