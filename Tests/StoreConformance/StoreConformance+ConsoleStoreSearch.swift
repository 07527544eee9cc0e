import JobCore
import Store
import Testing

extension StoreConformance {
    static let searchScenarios: [StoreScenario] = [
        StoreScenario("executions are listed the latest occurrence first, page by page, each once") {
            store async throws in
            let executions = (0..<25).map { sampleExecution(minute: $0) }
            for execution in executions { try await store.create(execution) }
            var seen: [ExecutionID] = []
            var query = ExecutionQuery(limit: 10)
            var pages = 0
            repeat {
                let page = try await store.executions(query)
                seen += page.executions.map(\.id)
                query.more = page.more
                pages += 1
            } while query.more != nil && pages < 10
            #expect(seen == executions.reversed().map(\.id))
            #expect(pages == 3)
        },
        StoreScenario("a page that ends with the last execution leads to no other") { store async throws in
            _ = try await store.create((0..<4).map { sampleExecution(minute: $0) }, now: start)
            let first = try await store.executions(ExecutionQuery(limit: 2))
            let second = try await store.executions(ExecutionQuery(limit: 2, more: first.more))
            #expect(second.executions.count == 2)
            #expect(second.more == nil)
        },
        StoreScenario("an execution that is created between two pages does not shift them") { store async throws in
            let executions = (0..<4).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            let first = try await store.executions(ExecutionQuery(limit: 2))
            try await store.create(sampleExecution(minute: 9))
            let second = try await store.executions(ExecutionQuery(limit: 2, more: first.more))
            #expect(second.executions.map(\.id) == [executions[1].id, executions[0].id])
        },
        StoreScenario("a page of executions ends early when one more would exceed the bytes of a page") {
            store async throws in
            let executions = (0..<12).map { sampleExecution(minute: $0) }
            _ = try await store.create(executions, now: start)
            let text = String(repeating: "x", count: Limits.callbackBytesMax)
            for execution in executions { try await store.rewrite(execution.id) { $0.outcome.summary = text } }
            let first = try await store.executions(ExecutionQuery())
            #expect(first.executions.map(\.id) == executions.suffix(8).reversed().map(\.id))
            let second = try await store.executions(ExecutionQuery(more: first.more))
            #expect(second.executions.map(\.id) == executions.prefix(4).reversed().map(\.id) && second.more == nil)
        },
        StoreScenario("of executions with the same occurrence the one that was created last comes first") {
            store async throws in
            let jobs = (0..<5).map { sampleJob("job-\($0)") }
            let executions = jobs.map { sampleExecution(of: $0) }
            for execution in executions { try await store.create(execution) }
            let found = try await store.allPages(ExecutionQuery(limit: 2))
            #expect(found.map(\.id) == executions.reversed().map(\.id))
        },
        StoreScenario("a page after the first execution of all is empty, whatever position is asked for") {
            store async throws in
            try await store.create(sampleExecution())
            for number in [.min, -1, 0, 1] as [Int64] {
                for occurrence in [start, start.adding(milliseconds: -1), Instant(millisecondsSinceEpoch: .min)] {
                    let more = ExecutionPosition(occurrence: occurrence, number: number)
                    #expect(
                        try await store.executions(ExecutionQuery(more: more))
                            == ExecutionPage(executions: [], more: nil))
                }
            }
            let first = ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: .max), number: .max)
            #expect(try await store.executions(ExecutionQuery(more: first)).executions.count == 1)
        },
        StoreScenario("executions are found by service, job, status, reason, occurrence and correlation id") {
            store async throws in
            let mine = sampleJob("mine")
            let twin = sampleJob("mine", service: "other")
            let third = sampleJob("third")
            let a = sampleExecution(of: mine)
            let b = sampleExecution(of: twin, minute: 1)
            let c = sampleExecution(of: third, minute: 2)
            let d = sampleExecution(of: mine, minute: 3)
            _ = try await store.create([a, b, c, d], now: start)
            try await store.rewrite(a.id) { $0.end(.fail, .ttl) }
            try await store.rewrite(b.id) { $0.end(.fail, .reported) }
            try await store.rewrite(c.id) { execution in
                execution.outcome.correlationID = "order-7"
                execution.end(.success)
            }
            let minute1 = start.adding(seconds: 60)
            let minute3 = start.adding(seconds: 180)
            let expected: [(ExecutionQuery, [Execution])] = [
                (ExecutionQuery(), [d, c, b, a]),
                (ExecutionQuery(service: "billing"), [d, c, a]),
                (ExecutionQuery(job: "mine"), [d, b, a]),
                (ExecutionQuery(service: "billing", job: "mine"), [d, a]),
                (ExecutionQuery(service: "nobody"), []),
                (ExecutionQuery(service: "nobody", job: "mine"), []),
                (ExecutionQuery(status: .fail), [b, a]),
                (ExecutionQuery(status: .pending), [d]),
                (ExecutionQuery(status: .processing), []),
                (ExecutionQuery(reason: .ttl), [a]),
                (ExecutionQuery(since: minute1), [d, c, b]),
                (ExecutionQuery(until: minute1), [a]),
                (ExecutionQuery(since: minute1, until: minute3), [c, b]),
                (ExecutionQuery(correlationID: "order-7"), [c]),
                (ExecutionQuery(correlationID: "order-8"), []),
                (ExecutionQuery(service: "billing", job: "mine", status: .fail, reason: .ttl, since: start), [a]),
            ]
            for (query, executions) in expected {
                let page = try await store.executions(query)
                #expect(page.executions.map(\.id) == executions.map(\.id), "\(query)")
                #expect(page.more == nil)
            }
        },
        StoreScenario("a page holds 1 to 100 executions, whatever the limit") { store async throws in
            _ = try await store.create((0..<120).map { sampleExecution(minute: $0) }, now: start)
            #expect(try await store.executions(ExecutionQuery(limit: 5_000)).executions.count == 100)
            #expect(try await store.executions(ExecutionQuery(limit: 0)).executions.count == 1)
        },
    ]
}
