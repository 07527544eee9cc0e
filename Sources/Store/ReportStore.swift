public import JobCore

/// What the recorder needs: to move executions, several in one transaction.
public protocol ReportStore: Sendable {
    /// Loads the executions that exist, lets `decide` say what changes, and writes that, all in one transaction that
    /// excludes other writers of these executions. A change of one that was not loaded is not written.
    func update<Answer: Sendable>(
        _ ids: [ExecutionID],
        _ decide: @Sendable ([ExecutionID: Execution]) -> (changes: [ExecutionChange], answer: Answer)
    ) async throws(StoreError) -> Answer
}
