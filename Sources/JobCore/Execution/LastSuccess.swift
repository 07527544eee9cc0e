/// The last successful run of an exclusive job, sent to the service with its next run.
public struct LastSuccess: Sendable, Hashable, Codable {
    public var executionID: ExecutionID
    public var occurrence: Instant
    public var invokedAt: Instant?
    public var state: String?
    public var summary: String?

    public init(
        executionID: ExecutionID, occurrence: Instant, invokedAt: Instant?, state: String?, summary: String?
    ) {
        self.executionID = executionID
        self.occurrence = occurrence
        self.invokedAt = invokedAt
        self.state = state
        self.summary = summary
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case occurrence = "occurrence_ms"
        case invokedAt = "invoked_at_ms"
        case state, summary
    }
}
