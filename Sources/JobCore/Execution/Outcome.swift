/// The result that the service reported at the end of its run.
public struct Outcome: Sendable, Hashable {
    /// A text for people.
    public var summary: String?
    /// Handed to the next run of an exclusive job.
    public var state: String?
    /// Why the run failed: text, or an object as JSON text.
    public var error: String?
    /// An id that the service chose; executions can be searched by it.
    public var correlationID: String?

    public init(summary: String? = nil, state: String? = nil, error: String? = nil, correlationID: String? = nil) {
        self.summary = summary
        self.state = state
        self.error = error
        self.correlationID = correlationID
    }
}
