internal import JobCore
internal import Store
internal import Testing

extension StoreConformance {
    static let creationScenarios: [StoreScenario] = [
        StoreScenario("an execution comes back as it was created, every field of it") { store async throws in
            _ = try await store.put([sampleJob()], now: start)
            var execution = sampleExecution()
            execution.payload = "only this once"
            execution.attempts = [Attempt(number: 1, at: start, statusCode: nil, latencyMilliseconds: 9, error: "“no”")]
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
        StoreScenario("an execution that is there already is answered as it is, and not changed") {
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
        StoreScenario("the same execution twice in one batch is created once") { store async throws in
            for isExclusive in [false, true] {
                let execution = sampleExecution(of: sampleJob("job-\(isExclusive)", isExclusive: isExclusive))
                let answer = try await store.create([execution, execution], now: start)
                #expect(answer.map(\.isNew) == [true, false])
                #expect(answer.map(\.execution) == [execution, execution])
            }
        },
        StoreScenario("an execution of a job that was never put is on record, and makes no job") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            #expect(try await store.execution(execution.id)?.name == execution.name)
            #expect(try await store.job(named: execution.name) == nil)
            #expect(try await store.distinctSchedules().isEmpty)
            #expect(try await store.put([sampleJob()], now: start).map(\.isNew) == [true])
        },
        StoreScenario("a retry and the execution it retries know each other") { store async throws in
            let failed = sampleExecution()
            try await store.create(failed)
            try await store.rewrite(failed.id) { $0.end(.fail, .reported) }
            var retry = sampleExecution(minute: 1)
            retry.retryOf = failed.id
            #expect(try await store.create(retry).execution.retryOf == failed.id)
            #expect(try await store.execution(failed.id)?.retriedBy == retry.id)
            #expect(try await store.execution(retry.id)?.retryOf == failed.id)
        },
        StoreScenario("a batch as large as a schedule's shard is recorded in order") { store async throws in
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
            _ = try await store.deleteJob(named: execution.name, now: start)
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

    static let lockScenarios: [StoreScenario] = [
        StoreScenario("an exclusive execution that finds another one open is over at once, reason locked") {
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
        StoreScenario("an exclusive execution is never blocked by itself") { store async throws in
            let execution = sampleExecution(of: sampleJob(isExclusive: true))
            try await store.create(execution)
            #expect(
                try await store.create(execution)
                    == RecordedExecution(execution: execution, isNew: false, lastSuccess: nil))
        },
        StoreScenario("the end of an exclusive execution lets the next one run, however it ends") {
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
            "a job that was exclusive, then was not, and is again, is locked as long as one run holds the lock"
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
        StoreScenario("a job that is put again as exclusive is locked by a run from before it was deleted") {
            store async throws in
            _ = try await store.put([sampleJob()], now: start)
            try await store.create(sampleExecution(of: sampleJob()))
            _ = try await store.deleteJob(named: sampleJob().name, now: start)
            _ = try await store.put([sampleJob(isExclusive: true)], now: start)
            let next = sampleExecution(of: sampleJob(isExclusive: true), minute: 2)
            #expect(try await store.create(next).execution.state.reason == .locked)
        },
        StoreScenario("executions of other jobs and those that are over take no lock") { store async throws in
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
        StoreScenario("the last success of an exclusive job goes to its next execution, and fails do not touch it") {
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
        StoreScenario("an older success that is written again does not become the last one") { store async throws in
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
        StoreScenario("jobs that are not exclusive are told of no last success") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.end(.success) }
            #expect(try await store.create(sampleExecution(minute: 1)).lastSuccess == nil)
        },
    ]
}
