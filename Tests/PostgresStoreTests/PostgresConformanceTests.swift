import StoreConformance
import Testing

@Suite struct PostgresConformanceTests {
    @Test(arguments: StoreConformance.scenarios)
    func `the PostgreSQL store keeps every rule of a store`(scenario: StoreScenario) async throws {
        try await scenario.run(on: try await RealPostgres.emptyStore())
    }
}
