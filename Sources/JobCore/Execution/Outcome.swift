/// What the service reported about its run when it ended.
public struct Outcome: Sendable, Hashable {
    /// For people.
    public var summary: String?
    /// Handed to the next run of an exclusive job.
    public var state: String?
    /// Why it failed: text, or an object as JSON text.
    public var error: String?
    /// An id of the service's own, by which executions can be searched.
    public var correlationID: String?

    public init(summary: String? = nil, state: String? = nil, error: String? = nil, correlationID: String? = nil) {
        self.summary = summary
        self.state = state
        self.error = error
        self.correlationID = correlationID
    }
}
