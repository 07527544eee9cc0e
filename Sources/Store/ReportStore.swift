public import JobCore

/// The role of the recorder: it changes executions, several in one transaction.
public protocol ReportStore: Sendable {
    /// Loads the executions that exist and can be read, and the progress of a line of reports, calls `decide` with
    /// them, and writes the changes and the progress that it answers, all in one transaction that excludes other
    /// writers.
    ///
    /// A change of an execution that was not loaded is not written. `decide` may be called more than once, so it must
    /// have no effect but its result.
    ///
    /// In the same transaction an exclusive job of which the changes end the last open run hands its lock on: to the
    /// earliest of its buffered executions, by occurrence, which is `Execution.released(at:)` from then on. `released`
    /// are those executions, and, of the jobs of `ReportDecision.released`, those that `Execution.isJustReleased`.
    func update<Answer: Sendable>(
        _ ids: [ExecutionID], of line: ReportLine,
        _ decide: @escaping @Sendable ([ExecutionID: Execution], LineProgress) -> ReportDecision<Answer>
    ) async throws(StoreError) -> (answer: Answer, released: [Execution])
}
