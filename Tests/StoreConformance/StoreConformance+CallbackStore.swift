import JobCore
import Store
import Testing

extension StoreConformance {
    static let statusScenarios: [StoreScenario] = [
        StoreScenario("the statuses of some ids are those of the executions that exist") { store async throws in
            let open = sampleExecution()
            let over = sampleExecution(minute: 1)
            _ = try await store.create([open, over], now: start)
            try await store.rewrite(over.id) { $0.end(.fail, .heartbeat) }
            let statuses = try await store.statuses(of: [open.id, .random(), over.id])
            #expect(statuses == [open.id: .pending, over.id: .fail])
            #expect(try await store.statuses(of: []).isEmpty)
        }
    ]
}
