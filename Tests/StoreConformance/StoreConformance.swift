public import Store
public import Testing

/// What every store has to do: one suite that each store's own tests run.
///
/// A store's test file takes `scenarios` as the arguments of one test and gives each of them a new, empty store.
public enum StoreConformance {
    public static let scenarios: [StoreScenario] =
        jobScenarios + scheduleScenarios + creationScenarios + recordedScenarios + lockScenarios + updateScenarios
        + heartbeatScenarios + expiryScenarios + historyScenarios + searchScenarios + keyScenarios
}

/// One thing that a store has to do, said in a sentence.
public struct StoreScenario: Sendable, CustomTestStringConvertible {
    public let sentence: String
    private let body: @Sendable (any CompleteStore) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any CompleteStore) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    public var testDescription: String { sentence }

    /// Runs on a store that holds nothing yet.
    public func run(on store: any CompleteStore) async throws {
        try await body(store)
    }
}
