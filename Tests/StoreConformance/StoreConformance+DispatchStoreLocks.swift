import JobCore
import Store
import Testing

extension StoreConformance {
    static let lockScenarios: [StoreScenario] = [
        StoreScenario("an exclusive execution whose job has another one open is over at once, reason locked") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            try await store.create(sampleExecution(of: job))
            let now = start.adding(seconds: 61)
            let second = try await store.create([sampleExecution(of: job, minute: 1)], now: now)
            #expect(second.map(\.isNew) == [true])
            #expect(second.first?.execution.state == .over(.locked, at: now, ttlSeconds: 300))
            let stored = try await store.execution(sampleExecution(of: job, minute: 1).id)
            #expect(stored == second.first?.execution)
        },
        StoreScenario("an exclusive execution that is created again is not locked by itself") { store async throws in
            let execution = sampleExecution(of: sampleJob(isExclusive: true))
            try await store.create(execution)
            #expect(
                try await store.create(execution)
                    == RecordedExecution(execution: execution, isNew: false, lastSuccess: nil))
        },
        StoreScenario("the end of an exclusive execution releases its job's lock, however it ends") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let ends: [(ExecutionStatus, FailureReason?)] = [(.success, nil), (.fail, .ttl), (.fail, .cancelled)]
            for (minute, end) in ends.enumerated() {
                let execution = sampleExecution(of: job, minute: Int64(minute))
                #expect(try await store.create(execution).execution.state.status == .pending)
                try await store.rewrite(execution.id) { $0.invoke(at: start) }
                try await store.rewrite(execution.id) { $0.end(end.0, end.1) }
            }
            #expect(try await store.create(sampleExecution(of: job, minute: 9)).execution.state.status == .pending)
        },
        StoreScenario("of two executions of an exclusive job in one batch the second is locked") { store async throws in
            let job = sampleJob(isExclusive: true)
            let other = sampleJob("other", isExclusive: true)
            let answer = try await store.create(
                [sampleExecution(of: job), sampleExecution(of: job, minute: 1), sampleExecution(of: other)], now: start)
            #expect(answer.map(\.execution.state.reason) == [nil, .locked, nil])
            #expect(answer.map(\.isNew) == [true, true, true])
        },
        StoreScenario("a job that becomes exclusive while it runs is locked by that run") { store async throws in
            _ = try await store.put([sampleJob()], now: start)
            let running = sampleExecution(of: sampleJob())
            try await store.create(running)
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let next = sampleExecution(of: sampleJob(isExclusive: true), minute: 1)
            #expect(try await store.create(next).execution.state.reason == .locked)
            try await store.rewrite(running.id) { $0.end(.success) }
            let third = sampleExecution(of: sampleJob(isExclusive: true), minute: 2)
            #expect(try await store.create(third).execution.state.status == .pending)
        },
        StoreScenario(
            "a job that is exclusive again is locked by the run that held the lock when it was exclusive before"
        ) {
            store async throws in
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let holder = sampleExecution(of: sampleJob(isExclusive: true))
            try await store.create(holder)
            _ = try await store.put([sampleJob()], now: start)
            try await store.create(sampleExecution(of: sampleJob(), minute: 1))
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let next = sampleExecution(of: sampleJob(isExclusive: true), minute: 2)
            #expect(try await store.create(next).execution.state.reason == .locked)
        },
        StoreScenario("a test takes no lock, finds none taken, and is no run that an exclusive job waits for") {
            store async throws in
            func test(_ minute: Int64) -> Execution {
                var test = sampleExecution(of: sampleJob(), minute: minute)
                test.trigger = .test
                return test
            }
            try await store.create(test(0))
            #expect(try await store.job(named: sampleJob().name) == nil)
            _ = try await store.put([sampleJob()], now: start)
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let run = sampleExecution(of: sampleJob(isExclusive: true), minute: 1)
            #expect(try await store.create(run).execution.state.status == .pending)
            #expect(try await store.create(test(2)).execution.state.status == .pending)
            try await store.rewrite(test(2).id) { $0.end(.success) }
            try await store.rewrite(run.id) { $0.end(.fail, .ttl) }
            let next = try await store.create(sampleExecution(of: sampleJob(isExclusive: true), minute: 3))
            #expect(next.execution.state.status == .pending && next.lastSuccess == nil)
        },
        StoreScenario("a job that becomes exclusive starts no run before all of its open ones have ended") {
            store async throws in
            _ = try await store.put([sampleJob()], now: start)
            let running = (0..<3).map { sampleExecution(of: sampleJob(), minute: $0) }
            _ = try await store.create(running, now: start)
            let job = sampleJob(isExclusive: true)
            _ = try await store.put([job], now: start)
            for (minute, execution) in running.enumerated() {
                let next = sampleExecution(of: job, minute: 10 + Int64(minute))
                #expect(try await store.create(next).execution.state.reason == .locked)
                #expect(try await store.create(sampleExecution(of: job, minute: Int64(minute))).isNew == false)
                try await store.rewrite(execution.id) { $0.end(.success) }
            }
            #expect(try await store.create(sampleExecution(of: job, minute: 20)).execution.state.status == .pending)
            #expect(try await store.create(sampleExecution(of: job, minute: 21)).execution.state.reason == .locked)
        },
        StoreScenario("a job that is put again as exclusive is locked by a run from before it was deleted") {
            store async throws in
            _ = try await store.put([sampleJob()], now: start)
            try await store.create(sampleExecution(of: sampleJob()))
            _ = try await store.deleteJob(named: sampleJob().name, now: start)
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let next = sampleExecution(of: sampleJob(isExclusive: true), minute: 2)
            #expect(try await store.create(next).execution.state.reason == .locked)
        },
        StoreScenario("executions that are over, and executions of jobs that are not exclusive, take no lock") {
            store async throws in
            let shared = sampleJob("shared")
            let answer = try await store.create(
                [sampleExecution(of: shared), sampleExecution(of: shared, minute: 1)], now: start)
            #expect(answer.map(\.execution.state.status) == [.pending, .pending])
            let job = sampleJob(isExclusive: true)
            var missed = sampleExecution(of: job)
            missed.state = .over(.missed, at: start, ttlSeconds: 300)
            #expect(try await store.create(missed).execution == missed)
            #expect(try await store.create(sampleExecution(of: job, minute: 1)).execution.state.status == .pending)
        },
        StoreScenario("the last success of an exclusive job goes to its next executions, and failures do not change it")
        {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let first = sampleExecution(of: job)
            let second = sampleExecution(of: job, minute: 1)
            #expect(try await store.create(first).lastSuccess == nil)
            try await store.rewrite(first.id) { execution in
                execution.invoke(at: start)
                execution.outcome = Outcome(summary: "42 sent", state: "cursor=42")
                execution.end(.success)
            }
            let success = LastSuccess(
                executionID: first.id, occurrence: start, invokedAt: start, state: "cursor=42", summary: "42 sent")
            #expect(try await store.create(second).lastSuccess == success)
            #expect(try await store.create(second).lastSuccess == success)
            #expect(try await store.create(sampleExecution(of: job, minute: 2)).lastSuccess == nil)
            try await store.rewrite(second.id) { $0.end(.fail, .reported) }
            #expect(try await store.create(sampleExecution(of: job, minute: 3)).lastSuccess == success)
        },
        StoreScenario("a job that was deleted and put again receives no success of its former life") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            _ = try await store.put([job], now: start)
            let (ended, running) = (sampleExecution(of: job), sampleExecution(of: job, minute: 1))
            try await store.create(ended)
            try await store.rewrite(ended.id) { $0.end(.success) }
            try await store.create(running)
            _ = try await store.deleteJob(named: job.name, now: start)
            _ = try await store.put([job], now: start.adding(seconds: 120))
            try await store.rewrite(running.id) { $0.end(.success) }
            let first = sampleExecution(of: job, minute: 3)
            #expect(try await store.create(first).lastSuccess == nil)
            try await store.rewrite(first.id) { $0.end(.success) }
            _ = try await store.put([job], now: start.adding(seconds: 240))
            #expect(try await store.create(sampleExecution(of: job, minute: 5)).lastSuccess?.executionID == first.id)
        },
        StoreScenario("an older success that is written again does not become the job's last success") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let first = sampleExecution(of: job)
            let second = sampleExecution(of: job, minute: 1)
            for execution in [first, second] {
                try await store.create(execution)
                try await store.rewrite(execution.id) { $0.end(.success) }
            }
            try await store.rewrite(first.id) {
                $0.attempts = [Attempt(number: 1, at: start, statusCode: 200, latencyMilliseconds: 1)]
            }
            #expect(try await store.create(sampleExecution(of: job, minute: 2)).lastSuccess?.executionID == second.id)
        },
        StoreScenario("executions of jobs that are not exclusive receive no last success") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.end(.success) }
            #expect(try await store.create(sampleExecution(minute: 1)).lastSuccess == nil)
        },
    ]
}
