import JobCore
import Store
import Testing

extension StoreConformance {
    static let expiryScenarios: [StoreScenario] = [
        StoreScenario("an execution that was never delivered is overdue by its ttl alone") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            #expect(try await store.overdue(at: start.adding(milliseconds: 299_999)).isEmpty)
            #expect(
                try await store.overdue(at: start.adding(seconds: 300))
                    == [OverdueExecution(id: execution.id, expiry: .ttl)])
        },
        StoreScenario("an invoked execution without a heartbeat is overdue after two heartbeat intervals") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.invoke(at: start.adding(seconds: 10)) }
            #expect(try await store.overdue(at: start.adding(milliseconds: 69_999)).isEmpty)
            #expect(
                try await store.overdue(at: start.adding(seconds: 70))
                    == [OverdueExecution(id: execution.id, expiry: .heartbeat)])
        },
        StoreScenario("a running execution has a silence's time from when callbacks could be received again") {
            store async throws in
            let silent = sampleExecution()
            let quiet = sampleExecution(minute: 1)
            for execution in [silent, quiet] {
                try await store.create(execution)
                try await store.rewrite(execution.id) { $0.invoke(at: start) }
            }
            try await store.heartbeat(quiet.id, at: start.adding(seconds: 1))
            func overdue(_ seconds: Int64, reachableSince: Int64?) async throws -> [Expiry] {
                let progress = LineProgress(reachableSince: reachableSince.map { start.adding(seconds: $0) })
                return try await store.overdue(at: start.adding(seconds: seconds), progress: progress, limit: 9)
                    .map(\.expiry)
            }
            #expect(try await overdue(159, reachableSince: 100).isEmpty)
            #expect(try await overdue(160, reachableSince: 100) == [.heartbeat, .heartbeat])
            #expect(try await overdue(349, reachableSince: 290).isEmpty)
            #expect(try await overdue(350, reachableSince: 290) == [.ttl, .ttl])
            #expect(try await overdue(9_000, reachableSince: nil).isEmpty)
        },
        StoreScenario("an undelivered execution has its whole ttl from when it could be delivered, and up to the mark")
        {
            store async throws in
            try await store.create(sampleExecution())
            func overdue(_ seconds: Int64, deliverableSince: Int64, mark: Int64?) async throws -> [Expiry] {
                let progress = LineProgress(
                    deliverableSince: start.adding(seconds: deliverableSince),
                    latestMarkAt: mark.map { start.adding(seconds: $0) })
                return try await store.overdue(at: start.adding(seconds: seconds), progress: progress, limit: 9)
                    .map(\.expiry)
            }
            #expect(try await overdue(300, deliverableSince: 0, mark: 303) == [.ttl])
            #expect(try await overdue(900, deliverableSince: 0, mark: 302).isEmpty)
            #expect(try await overdue(900, deliverableSince: 0, mark: nil).isEmpty)
            #expect(try await overdue(349, deliverableSince: 50, mark: 900).isEmpty)
            #expect(try await overdue(350, deliverableSince: 50, mark: 900) == [.ttl])
        },
        StoreScenario("the progress of all lines is that of the last of them, and each line keeps its own") {
            store async throws in
            #expect(try await store.progress() == LineProgress())
            for line in ReportLine.allCases {
                let at = start.adding(seconds: Int64(line.index))
                let own = LineProgress(
                    reachableSince: at, latestSignAt: at, deliverableSince: at, latestMarkAt: at)
                for _ in 1...2 {
                    let before = try await store.update([], of: line) { _, progress in
                        ReportDecision(changes: [], decidedAt: start, progress: own, answer: progress)
                    }.answer
                    #expect(before == LineProgress() || before == own)
                }
            }
            let (first, last) = (start, start.adding(seconds: 3))
            #expect(
                try await store.progress()
                    == LineProgress(
                        reachableSince: last, latestSignAt: first, deliverableSince: last, latestMarkAt: first))
        },
        StoreScenario("every heartbeat moves the heartbeat deadline of an execution") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.invoke(at: start) }
            try await store.rewrite(execution.id) { $0.heartbeat(at: start.adding(seconds: 50)) }
            #expect(try await store.overdue(at: start.adding(seconds: 109)).isEmpty)
            #expect(try await store.overdue(at: start.adding(seconds: 110)).map(\.expiry) == [.heartbeat])
            try await store.heartbeat(execution.id, at: start.adding(seconds: 100))
            #expect(try await store.overdue(at: start.adding(seconds: 159)).isEmpty)
            #expect(
                try await store.overdue(at: start.adding(seconds: 160))
                    == [OverdueExecution(id: execution.id, expiry: .heartbeat)])
        },
        StoreScenario("a first heartbeat that is written as a heartbeat moves the deadline, too") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { $0.invoke(at: start) }
            try await store.write([execution.id]) { loaded in
                guard var execution = loaded[execution.id] else { return [] }
                execution.state.firstHeartbeatAt = start.adding(seconds: 50)
                execution.state.lastHeartbeatAt = start.adding(seconds: 50)
                return [.heartbeat(execution)]
            }
            #expect(try await store.overdue(at: start.adding(seconds: 109)).isEmpty)
            #expect(try await store.overdue(at: start.adding(seconds: 110)).map(\.expiry) == [.heartbeat])
        },
        StoreScenario("an execution past both deadlines is overdue once, by its ttl") { store async throws in
            let beating = sampleExecution()
            let silent = sampleExecution(minute: 1)
            let delivered = sampleExecution(minute: 2)
            _ = try await store.create([beating, silent, delivered], now: start)
            for id in [beating.id, silent.id] { try await store.rewrite(id) { $0.invoke(at: start) } }
            try await store.rewrite(beating.id) { $0.heartbeat(at: start.adding(seconds: 10)) }
            try await store.rewrite(delivered.id) { $0.end(.success) }
            let overdue = try await store.overdue(at: start.adding(seconds: 300))
            #expect(overdue.count == 2)
            #expect(
                Set(overdue) == [
                    OverdueExecution(id: beating.id, expiry: .ttl),
                    OverdueExecution(id: silent.id, expiry: .ttl),
                ])
        },
        StoreScenario("an execution whose ttl deadline was moved is overdue at the new deadline") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { execution in
                execution.invoke(at: start)
                execution.heartbeat(at: start.adding(seconds: 290))
                execution.state.ttlDeadline = start.adding(seconds: 340)
            }
            #expect(try await store.overdue(at: start.adding(seconds: 339)).isEmpty)
            #expect(try await store.overdue(at: start.adding(seconds: 340)).map(\.expiry) == [.ttl])
        },
        StoreScenario("an execution that is over is never overdue, with or without heartbeats") { store async throws in
            let executions = (0..<3).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            for execution in executions.dropFirst() { try await store.rewrite(execution.id) { $0.invoke(at: start) } }
            try await store.rewrite(executions[2].id) { $0.heartbeat(at: start) }
            for execution in executions { try await store.rewrite(execution.id) { $0.end(.fail, .cancelled) } }
            #expect(try await store.overdue(at: start.adding(seconds: 9_999_999)).isEmpty)
        },
        StoreScenario("no more overdue executions are answered than the limit") { store async throws in
            let executions = (0..<6).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            for execution in executions.prefix(3) {
                try await store.rewrite(execution.id) { execution in
                    execution.invoke(at: start)
                    execution.heartbeat(at: start)
                    execution.state.ttlDeadline = start.adding(seconds: 99_999)
                }
            }
            let now = start.adding(seconds: 9_000)
            #expect(try await store.overdue(at: now, limit: 2).count == 2)
            #expect(try await store.overdue(at: now, limit: 4).count == 4)
            #expect(try await store.overdue(at: now, limit: 50).count == 6)
        },
        StoreScenario("a pending execution whose attempt was due is undelivered; one that was invoked is not") {
            store async throws in
            let waiting = sampleExecution()
            let invoked = sampleExecution(minute: 1)
            let later = sampleExecution(minute: 2)
            _ = try await store.put([sampleJob()], now: start)
            _ = try await store.create([waiting, invoked, later], now: start)
            try await store.rewrite(invoked.id) { $0.invoke(at: start) }
            let dueBefore = start.adding(seconds: 119)
            let expected = UndeliveredExecution(id: waiting.id, jobName: waiting.jobName)
            #expect(try await store.undelivered(dueBefore: dueBefore, limit: 9) == [expected])
            try await store.rewrite(waiting.id) { $0.attemptDueAt = start.adding(seconds: 500) }
            #expect(try await store.undelivered(dueBefore: dueBefore, limit: 9).isEmpty)
            #expect(try await store.undelivered(dueBefore: start.adding(seconds: 500), limit: 9).count == 2)
            #expect(try await store.undelivered(dueBefore: start.adding(seconds: 500), limit: 1).count == 1)
        },
        StoreScenario("an undelivered execution of a deleted job is not delivered again") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            try await store.create(sampleExecution(of: job))
            #expect(try await store.undelivered(dueBefore: start, limit: 9).count == 1)
            #expect(try await store.deleteJob(named: job.name, now: start))
            #expect(try await store.undelivered(dueBefore: start, limit: 9).isEmpty)
        },
        StoreScenario("a test is not delivered again, but is overdue by its ttl") { store async throws in
            let job = sampleJob()
            _ = try await store.put([job], now: start)
            var test = sampleExecution(of: job)
            test.trigger = .test
            try await store.create(test)
            #expect(try await store.undelivered(dueBefore: start.adding(seconds: 500), limit: 9).isEmpty)
            #expect(try await store.overdue(at: start.adding(seconds: 300)).map(\.id) == [test.id])
        },
    ]

    static let historyScenarios: [StoreScenario] = [
        StoreScenario(
            "executions are removed in the order of their ends, no more than the limit at once, and open ones stay"
        ) {
            store async throws in
            let executions = (0..<7).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            for (index, execution) in executions.dropLast().enumerated() {
                try await store.rewrite(execution.id) { execution in
                    execution.invoke(at: start)
                    execution.heartbeat(at: start)
                    execution.end(.success, at: start.adding(seconds: 86_400 * Int64(index)))
                }
            }
            let before = start.adding(seconds: 5 * 86_400)
            #expect(try await store.removeHistory(endedBefore: before, limit: 3) == 3)
            #expect(try await store.removeHistory(endedBefore: before, limit: 3) == 2)
            #expect(try await store.removeHistory(endedBefore: before, limit: 3) == 0)
            let left = try await store.executions(ExecutionQuery()).executions.map(\.id)
            #expect(left == executions.suffix(2).reversed().map(\.id))
        },
        StoreScenario("the newest end on record is that of the execution that ended last") { store async throws in
            #expect(try await store.newestEnd() == nil)
            for minute in Int64(0)..<3 { try await store.create(sampleExecution(minute: minute)) }
            #expect(try await store.newestEnd() == nil)
            for (minute, second) in [(2, 40), (0, 7)] as [(Int64, Int64)] {
                try await store.rewrite(sampleExecution(minute: minute).id) {
                    $0.end(.success, at: start.adding(seconds: second))
                }
            }
            #expect(try await store.newestEnd() == start.adding(seconds: 40))
        },
        StoreScenario("the last success of an exclusive job stays when its other executions are removed") {
            store async throws in
            let job = sampleJob(isExclusive: true)
            let executions = (0..<3).map { sampleExecution(of: job, minute: $0) }
            for execution in executions {
                try await store.create(execution)
                try await store.rewrite(execution.id) { $0.end(execution.id == executions[2].id ? .fail : .success) }
            }
            #expect(try await store.removeHistory(endedBefore: start.adding(seconds: 86_400), limit: 9) == 2)
            let next = try await store.create(sampleExecution(of: job, minute: 9))
            #expect(next.lastSuccess?.executionID == executions[1].id)
        },
    ]
}
