import StoreConformance
import Testing

@Suite struct SQLiteConformanceTests {
    @Test(arguments: StoreConformance.scenarios)
    func `the SQLite store keeps every rule of a store`(scenario: StoreScenario) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await scenario.run(on: try folder.store())
    }
}
