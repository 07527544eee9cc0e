import JobCore
import Store
import Testing

extension StoreConformance {
    static let readinessScenarios: [StoreScenario] = [
        StoreScenario("a check that the store can be written to changes nothing") { store async throws in
            _ = try await store.put([sampleJob()], now: start)
            try await store.create(sampleExecution())
            let revision = try await store.jobsRevision()
            try await store.checkWritable()
            #expect(try await store.jobsRevision() == revision)
            #expect(try await store.executions(ExecutionQuery()).executions == [sampleExecution()])
        }
    ]
}
