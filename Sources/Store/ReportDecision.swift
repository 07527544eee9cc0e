public import JobCore

/// What the recorder decided about a batch of reports.
public struct ReportDecision<Answer: Sendable>: Sendable {
    public var changes: [ExecutionChange]
    /// The progress of the batch's line after the batch.
    public var progress: LineProgress
    /// Passed on to the caller of `ReportStore.update`.
    public var answer: Answer

    public init(changes: [ExecutionChange], progress: LineProgress, answer: Answer) {
        self.changes = changes
        self.progress = progress
        self.answer = answer
    }
}
