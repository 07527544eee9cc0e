import StoreConformance
import Testing

@Suite struct SQLiteConformanceTests {
    @Test(arguments: StoreConformance.scenarios)
    func `a SQLite store does what every store does`(scenario: StoreScenario) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await scenario.run(on: try folder.store())
    }
}
