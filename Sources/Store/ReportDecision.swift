public import JobCore

/// What the recorder decided about a batch of reports.
public struct ReportDecision<Answer: Sendable>: Sendable {
    public var changes: [ExecutionChange]
    /// Executions whose end is reported once more, or that are buffered and should not be: the lock of their job is
    /// handed on if it is free. If it was handed on before, that is answered again.
    public var released: [ExecutionID]
    /// When an execution counts as released.
    public var decidedAt: Instant
    /// The progress of the batch's line after the batch.
    public var progress: LineProgress
    /// Passed on to the caller of `ReportStore.update`.
    public var answer: Answer

    public init(
        changes: [ExecutionChange], released: [ExecutionID] = [], decidedAt: Instant, progress: LineProgress,
        answer: Answer
    ) {
        self.changes = changes
        self.released = released
        self.decidedAt = decidedAt
        self.progress = progress
        self.answer = answer
    }
}
