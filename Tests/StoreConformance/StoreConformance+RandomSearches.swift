import JobCore
import Store
import Testing

extension StoreConformance {
    static let randomSearchScenarios: [StoreScenario] = [
        StoreScenario("every condition of a search, alone and with others, finds what the rule says, page by page") {
            store async throws in
            var sample = SearchSample(seed: 7, executionCount: 400)
            try await sample.write(to: store)
            for round in 0..<300 {
                // From single conditions to nearly all together.
                let query = sample.query(rarity: UInt64(2 + round % 9))
                let found = try await store.allPages(query).map(\.id)
                #expect(found == sample.found(query), "\(query)")
            }
        },
        StoreScenario("a search for jobs finds what the rule says, each job once, by name, page by page") {
            store async throws in
            var sample = SearchSample(seed: 8, executionCount: 0)
            try await sample.write(to: store)
            for round in 0..<200 {
                let filter = sample.filter(rarity: UInt64(1 + round % 5))
                let found = try await store.allPages(JobQuery(filter, limit: 1 + round % 7))
                #expect(found == sample.found(filter), "\(filter)")
            }
        },
        StoreScenario("executions that are created between two pages cost no other, and double none") {
            store async throws in
            var sample = SearchSample(seed: 9, executionCount: 120)
            try await sample.write(to: store)
            for round in 0..<12 {
                let query = sample.query(rarity: 6)
                let before = Set(sample.found(query))
                var added: [Execution] = []
                for _ in 0..<40 {
                    sample.addExecution()
                    added += sample.executions.suffix(1)
                }
                var rest = added.makeIterator()
                let found = try await store.allPages(query) {
                    if let next = rest.next() { try await store.create(next) }
                }.map(\.id)
                #expect(Set(found).count == found.count, "none twice: \(query)")
                #expect(Set(found).isSuperset(of: before), "none is lost: \(query)")
                #expect(Set(found).isSubset(of: sample.found(query)), "round \(round)")
                for execution in IteratorSequence(rest) { try await store.create(execution) }
            }
        },
        StoreScenario("a job's tags of now decide whether its executions are found by tag") { store async throws in
            var job = sampleJob()
            job.tags = ["old"]
            _ = try await store.put([job], now: start)
            try await store.create(sampleExecution(of: job))
            job.tags = ["new", "new"]
            _ = try await store.put([job], now: start)
            #expect(try await store.executions(ExecutionQuery(jobs: JobFilter(tag: "old"))).executions.isEmpty)
            #expect(try await store.executions(ExecutionQuery(jobs: JobFilter(tag: "new"))).executions.count == 1)
            #expect(try await store.jobs(JobQuery(JobFilter(tag: "new"), limit: 9)).jobs.map(\.job) == [job])
            #expect(try await store.deleteJob(named: job.name, now: start))
            #expect(try await store.executions(ExecutionQuery(jobs: JobFilter(tag: "new"))).executions.isEmpty)
            #expect(try await store.executions(ExecutionQuery(service: "billing")).executions.count == 1)
            #expect(try await store.jobs(JobQuery(limit: 9)).jobs.isEmpty)
        },
    ]
}
