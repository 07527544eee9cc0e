public import JobCore

/// One attempt to invoke a service.
public struct Invocation: Sendable, Equatable {
    public var url: String
    public var headers: [String: String]
    public var body: [UInt8]
    public var timeoutMilliseconds: Int64

    public init(url: String, headers: [String: String], body: [UInt8], timeoutMilliseconds: Int64) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// What came of it.
public struct InvocationOutcome: Sendable, Equatable {
    public var result: AttemptResult
    public var latencyMilliseconds: Int64
    /// For the record, when it did not succeed: a category, or the first 1 KiB of the answer.
    public var error: String?
    /// For the operator's log alone: the record's readers must learn nothing about our network.
    public var detail: String?

    public init(
        result: AttemptResult, latencyMilliseconds: Int64, error: String? = nil, detail: String? = nil
    ) {
        self.result = result
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error
        self.detail = detail
    }
}

/// The seam to whatever carries an invocation: an HTTP client, or a test.
public protocol Invoker: Sendable {
    func invoke(_ invocation: Invocation) async -> InvocationOutcome
}
