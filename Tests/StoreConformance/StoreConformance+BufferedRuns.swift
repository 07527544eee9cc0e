import JobCore
import Store
import Testing

extension StoreConformance {
    static let bufferScenarios: [StoreScenario] = [
        StoreScenario("a buffered execution takes the lock of its job if no run is open, and waits otherwise") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let now = start.adding(seconds: 500)
            let created = try await store.create((0..<3).map { buffered(job, $0) }, now: now)
            #expect(created.map(\.execution.state.isBuffered) == [false, true, true])
            #expect(created.map(\.isNew) == [true, true, true])
            let first = created[0].execution
            #expect(first == sampleExecution(of: job).created(now).released(at: now))
            #expect(created[1].execution == buffered(job, 1).created(now))
            for recorded in created {
                #expect(try await store.execution(recorded.execution.id) == recorded.execution)
            }
            let again = try await store.create((0..<3).map { buffered(job, $0) }, now: now.adding(seconds: 9))
            #expect(again.map(\.execution) == created.map(\.execution))
            #expect(again.map(\.isNew) == [false, false, false])
            #expect(try await store.create(sampleExecution(of: job, minute: 7)).execution.state.reason == .locked)
            #expect(try await store.create(buffered(sampleJob("other", isExclusive: true), 1)).execution.isFree)
        },
        StoreScenario(
            "the end of the open run, however it ends, releases the earliest buffered one, one after the other"
        ) {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let order: [Int64] = [0, 3, 1, 2]
            _ = try await store.create(order.map { buffered(job, $0) }, now: start)
            let ends: [(ExecutionStatus, FailureReason?)] = [(.success, nil), (.fail, .ttl), (.fail, .invocation)]
            for (minute, end) in ends.enumerated() {
                let at = start.adding(seconds: 1_000 + Int64(minute))
                let released = try await store.end(buffered(job, Int64(minute)).id, end.0, end.1, at: at)
                let next = buffered(job, Int64(minute) + 1).created(start).released(at: at)
                #expect(released == [next])
                #expect(try await store.execution(next.id) == next)
                #expect(try await store.create(sampleExecution(of: job, minute: 9)).execution.state.reason == .locked)
            }
            #expect(try await store.end(buffered(job, 3).id, .success, at: start).isEmpty)
            #expect(try await store.create(sampleExecution(of: job, minute: 8)).execution.isFree)
        },
        StoreScenario("an end that is reported again answers the run that it released, until something is known of it")
        {
            store async throws in
            let job = sampleJob(isExclusive: true)
            _ = try await store.create((0..<3).map { buffered(job, $0) }, now: start)
            let (first, second) = (buffered(job, 0).id, buffered(job, 1).id)
            let at = start.adding(seconds: 60)
            let released = try await store.end(first, .success, at: at)
            #expect(released.map(\.id) == [second])
            #expect(try await store.handOn(first, at: at.adding(seconds: 5)) == released)
            #expect(try await store.handOn(second, at: at.adding(seconds: 5)) == released)
            try await store.rewrite(second) {
                $0.attempts = [Attempt(number: 1, at: at, statusCode: 503, latencyMilliseconds: 2)]
            }
            #expect(try await store.handOn(first, at: at.adding(seconds: 9)).isEmpty)
            let fresh = sampleJob("fresh", isExclusive: true)
            try await store.create(sampleExecution(of: fresh))
            #expect(try await store.handOn(sampleExecution(of: fresh).id, at: at).isEmpty, "it was never buffered")
        },
        StoreScenario("a buffered run that is cancelled releases no other one, and is released no more") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            _ = try await store.create((0..<3).map { buffered(job, $0) }, now: start)
            #expect(try await store.end(buffered(job, 1).id, .fail, .cancelled, at: start).isEmpty)
            let stored = try await store.execution(buffered(job, 1).id)
            #expect(stored?.state.reason == .cancelled && stored?.state.isBuffered == false)
            let released = try await store.end(buffered(job, 0).id, .success, at: start)
            #expect(released.map(\.id) == [buffered(job, 2).id])
        },
        StoreScenario("a job that becomes exclusive releases no buffered run before its earlier runs have ended") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            _ = try await store.put([sampleJob()], now: start)
            let running = (0..<2).map { sampleExecution(of: sampleJob(), minute: $0) }
            _ = try await store.create(running, now: start)
            _ = try await store.put([job], now: start)
            #expect(try await store.create(buffered(job, 5)).execution.state.isBuffered)
            #expect(try await store.end(running[0].id, .success, at: start).isEmpty)
            let released = try await store.end(running[1].id, .success, at: start)
            #expect(released.map(\.id) == [buffered(job, 5).id])
            // A job that is exclusive once more: those that wait are no earlier runs of it.
            try await store.create(buffered(job, 6))
            _ = try await store.put([sampleJob()], now: start)
            _ = try await store.put([job], now: start)
            let next = try await store.end(buffered(job, 5).id, .success, at: start)
            #expect(next.map(\.id) == [buffered(job, 6).id])
        },
        StoreScenario("a job that is paused, deleted or no longer exclusive releases its buffered runs all the same") {
            store async throws in
            for (name, change) in [("paused", false), ("shared", false), ("deleted", true)] {
                let job = sampleJob(name, isExclusive: true)
                _ = try await store.put([job], now: start)
                _ = try await store.create((0..<2).map { buffered(job, $0) }, now: start)
                if change {
                    _ = try await store.deleteJob(named: job.name, now: start)
                } else {
                    let isExclusive = name == "paused"
                    let other = sampleJob(name, isEnabled: !isExclusive, isExclusive: isExclusive)
                    _ = try await store.put([other], now: start)
                }
                let released = try await store.end(buffered(job, 0).id, .success, at: start)
                #expect(released.map(\.id) == [buffered(job, 1).id])
            }
        },
        StoreScenario("a buffered run is never overdue, and undelivered only if no run of its job is open") {
            store async throws in
            let (job, end) = (sampleJob(isExclusive: true), start.adding(seconds: 100_000_000))
            _ = try await store.put([job], now: start)
            _ = try await store.create((0..<3).map { buffered(job, $0) }, now: start)
            #expect(try await store.overdue(at: end).map(\.id) == [buffered(job, 0).id])
            #expect(try await store.undelivered(dueBefore: end, limit: 9).map(\.id) == [buffered(job, 0).id])
            try await store.rewrite(buffered(job, 0).id) { $0.invoke(at: start) }
            #expect(try await store.undelivered(dueBefore: end, limit: 9).isEmpty)
            let released = try await store.end(buffered(job, 0).id, .success, at: start)
            #expect(try await store.undelivered(dueBefore: end, limit: 9).map(\.id) == released.map(\.id))
            #expect(try await store.overdue(at: end).map(\.id) == released.map(\.id))
        },
        StoreScenario("a buffered run receives the last success of the run before it") { store async throws in
            let job = sampleJob(isExclusive: true)
            _ = try await store.create((0..<2).map { buffered(job, $0) }, now: start)
            _ = try await store.end(buffered(job, 0).id, .success, at: start)
            let recorded = try await store.recorded([buffered(job, 1).id])
            #expect(recorded.first?.lastSuccess?.executionID == buffered(job, 0).id)
        },
    ]
}

private func buffered(_ job: Job, _ minute: Int64) -> Execution { sampleExecution(of: job, minute: minute).buffered() }

extension Execution {
    fileprivate var isFree: Bool { state.status == .pending && !state.isBuffered }

    /// As the store records it when it is created at `now`.
    fileprivate func created(_ now: Instant) -> Execution {
        var execution = self
        execution.createdAt = max(createdAt, now)
        return execution
    }
}

extension ReportStore {
    /// Ends an execution, and returns those that are released.
    fileprivate func end(
        _ id: ExecutionID, _ status: ExecutionStatus, _ reason: FailureReason? = nil, at instant: Instant
    ) async throws -> [Execution] {
        try await update([id], of: ReportLine.allCases[0]) { loaded, progress in
            let changes = loaded.values.map { execution in
                var execution = execution
                execution.end(status, reason, at: instant)
                return ExecutionChange.rewritten(execution)
            }
            return ReportDecision(changes: changes, decidedAt: instant, progress: progress, answer: ())
        }.released
    }

    /// Has the lock of an execution's job handed on once more, and returns those that are released.
    fileprivate func handOn(_ id: ExecutionID, at instant: Instant) async throws -> [Execution] {
        try await update([id], of: ReportLine.allCases[0]) { _, progress in
            ReportDecision(changes: [], released: [id], decidedAt: instant, progress: progress, answer: ())
        }.released
    }
}
