public import Store
public import Testing

/// One rule for every store, stated in a sentence and checked on a new, empty store.
public struct StoreScenario: Sendable, CustomTestStringConvertible {
    public let sentence: String
    private let body: @Sendable (any CompleteStore) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any CompleteStore) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    public var testDescription: String { sentence }

    /// Runs the scenario on a store that is still empty.
    public func run(on store: any CompleteStore) async throws {
        try await body(store)
    }
}
