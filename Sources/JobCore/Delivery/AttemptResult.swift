/// How one attempt ended, as the courier sees it.
public struct AttemptResult: Sendable, Equatable {
    /// What the service, or the way to it, answered.
    public enum Answer: Sendable, Equatable {
        /// The service answered with an HTTP status. `retryAfterSeconds` is its `Retry-After` header.
        case answered(statusCode: Int, retryAfterSeconds: Int64?)
        /// No answer, though another attempt may get one: no connection, a timeout, a broken connection.
        case unreachable
        /// No attempt can succeed: the URL or the address may not be used.
        case forbidden
    }

    public var answer: Answer
    public var latencyMilliseconds: Int64
    /// For the record, unless the attempt was accepted: a category, or the first 1 KiB of the answer.
    public var error: String?
    /// For the operator's log only: readers of the record must not learn about our network.
    public var detail: String?

    public init(_ answer: Answer, latencyMilliseconds: Int64, error: String? = nil, detail: String? = nil) {
        self.answer = answer
        self.latencyMilliseconds = latencyMilliseconds
        self.error = error
        self.detail = detail
    }

    /// The HTTP status; nil without an answer.
    public var statusCode: Int? {
        if case .answered(let statusCode, _) = answer { statusCode } else { nil }
    }

    /// This attempt as it goes on record.
    ///
    /// An accepted attempt keeps no error: its body is the service's business.
    public func attempt(number: Int, at begun: Instant, verdict: DeliveryVerdict) -> Attempt {
        Attempt(
            number: number, at: begun, statusCode: statusCode, latencyMilliseconds: latencyMilliseconds,
            error: verdict == .accept ? nil : error)
    }
}
