import JobCore
import Store
import Testing

extension StoreConformance {
    static let updateScenarios: [StoreScenario] = [
        StoreScenario("an update loads the executions that exist, and answers the decision's answer") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            let seen = try await store.loaded([execution.id, .random(), execution.id])
            #expect(seen == [execution.id: execution])
            #expect(try await store.execution(execution.id) == execution)
        },
        StoreScenario("a rewritten execution is as it was rewritten") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            var expected = execution
            let steps: [@Sendable (inout Execution) -> Void] = [
                { execution in
                    execution.attemptDueAt = start.adding(seconds: 5)
                    execution.attempts = [Attempt(number: 1, at: start, statusCode: 503, latencyMilliseconds: 2)]
                    execution.deferrals = [Deferral(attempt: 2, at: start, until: start.adding(seconds: 5))]
                },
                { execution in
                    execution.deferrals[0].busyCount = 3
                    execution.attempts.append(Attempt(number: 2, at: start, statusCode: 202, latencyMilliseconds: 3))
                    execution.invoke(at: start.adding(seconds: 5))
                },
                { $0.heartbeat(at: start.adding(seconds: 20), progress: 10) },
                { execution in
                    execution.heartbeat(at: start.adding(seconds: 40), progress: nil)
                    execution.state.ttlDeadline = start.adding(seconds: 1_000)
                    execution.state.isExtended = true
                },
                { execution in
                    execution.outcome = Outcome(summary: "s", state: "t", error: "e", correlationID: "c")
                    execution.end(.success, at: start.adding(seconds: 50))
                },
            ]
            for step in steps {
                step(&expected)
                try await store.rewrite(execution.id, step)
                #expect(try await store.execution(execution.id) == expected)
            }
        },
        StoreScenario("one update changes several executions, each in its own way") { store async throws in
            let executions = (0..<40).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            try await store.write(executions.map(\.id)) { loaded in
                executions.prefix(20).compactMap { execution -> ExecutionChange? in
                    guard var execution = loaded[execution.id] else { return nil }
                    execution.invoke(at: start)
                    return .rewritten(execution)
                }
            }
            let statuses = try await store.statuses(of: executions.map(\.id))
            #expect(statuses.values.count { $0 == .invoked } == 20)
            #expect(statuses.values.count { $0 == .pending } == 20)
        },
        StoreScenario("updates at the same time do not overwrite each other") { store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...25 {
                    group.addTask {
                        try await store.rewrite(execution.id) { execution in
                            execution.attempts.append(
                                Attempt(number: number, at: start, statusCode: 503, latencyMilliseconds: 1))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let attempts = try await store.execution(execution.id)?.attempts ?? []
            #expect(Set(attempts.map(\.number)) == Set(1...25))
        },
        StoreScenario("every status and every reason of an execution is read as it was written") { store async throws in
            for (minute, status) in ExecutionStatus.allCases.enumerated() {
                var execution = sampleExecution(minute: Int64(minute))
                execution.state.status = status
                try await store.create(execution)
                #expect(try await store.execution(execution.id)?.state.status == status)
            }
            for (minute, reason) in FailureReason.allCases.enumerated() {
                var execution = sampleExecution(of: sampleJob("other"), minute: Int64(minute))
                execution.end(.fail, reason)
                try await store.create(execution)
                #expect(try await store.execution(execution.id)?.state.reason == reason)
            }
        },
    ]

    static let heartbeatScenarios: [StoreScenario] = [
        StoreScenario("a heartbeat writes its instant and the progress, and nothing else") {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            var expected = execution
            expected.invoke(at: start)
            expected.heartbeat(at: start.adding(seconds: 10), progress: 1)
            try await store.rewrite(execution.id) { execution in
                execution.invoke(at: start)
                execution.heartbeat(at: start.adding(seconds: 10), progress: 1)
            }
            try await store.write([execution.id]) { loaded in
                guard var execution = loaded[execution.id] else { return [] }
                execution.heartbeat(at: start.adding(seconds: 20), progress: 2)
                execution.outcome.summary = "not written"
                return [.heartbeat(execution)]
            }
            expected.heartbeat(at: start.adding(seconds: 20), progress: 2)
            #expect(try await store.execution(execution.id) == expected)
            #expect(try await store.loaded([execution.id]) == [execution.id: expected])
            #expect(try await store.executions(ExecutionQuery()).executions == [expected])
        },
        StoreScenario(
            "an execution that is rewritten after heartbeats keeps the instants of the first and the last one"
        ) {
            store async throws in
            let execution = sampleExecution()
            try await store.create(execution)
            try await store.rewrite(execution.id) { execution in
                execution.invoke(at: start)
                execution.heartbeat(at: start.adding(seconds: 1), progress: 5)
            }
            try await store.heartbeat(execution.id, at: start.adding(seconds: 30), progress: 50)
            try await store.rewrite(execution.id) { $0.state.ttlDeadline = start.adding(seconds: 999) }
            var found = try await store.execution(execution.id)
            #expect(found?.state.lastHeartbeatAt == start.adding(seconds: 30))
            #expect(found?.state.firstHeartbeatAt == start.adding(seconds: 1))
            try await store.heartbeat(execution.id, at: start.adding(seconds: 60), progress: nil)
            try await store.rewrite(execution.id) { $0.end(.success, at: start.adding(seconds: 61)) }
            found = try await store.execution(execution.id)
            #expect(found?.state.lastHeartbeatAt == start.adding(seconds: 60))
            #expect(found?.state.progress == nil)
            #expect(found?.state.status == .success)
        },
    ]
}
