/// The rules that every store keeps: one suite that the tests of each store run. One file a role.
///
/// A store's test takes `scenarios` as its arguments and runs each on a new, empty store:
///
///     @Test(arguments: StoreConformance.scenarios)
///     func `the store keeps every rule`(scenario: StoreScenario) async throws {
///         try await scenario.run(on: try emptyStore())
///     }
public enum StoreConformance {
    public static let scenarios: [StoreScenario] =
        scheduleScenarios + rangeScenarios + creationScenarios + recordedScenarios + lockScenarios + bufferScenarios
        + updateScenarios
        + heartbeatScenarios + expiryScenarios + historyScenarios + statusScenarios + jobScenarios + batchScenarios
        + searchScenarios + randomSearchScenarios + keyScenarios + auditScenarios + overviewScenarios
        + readinessScenarios + secretScenarios + pauseScenarios
}
