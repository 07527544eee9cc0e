import JobCore

/// Why SQS did not do what was asked.
public struct SQSError: Error, Sendable, Equatable {
    /// What to do about it.
    public enum Kind: Sendable, Equatable {
        /// SQS throttles: ask again later.
        case busy
        /// No answer, or none that can be used: ask again later. SQS may have done what was asked.
        case unavailable
        /// SQS would refuse it again.
        case refused
        /// SQS does not take the credentials: they may have ended.
        case credentials
    }

    /// What to do about it.
    public var kind: Kind
    /// AWS's code, such as `QueueDoesNotExist`, or a category. Readers of the record may see it.
    public var code: String
    /// For the operator's log only: messages of AWS name our account and our role.
    public var detail: String

    public init(_ kind: Kind, code: String, detail: String = "") {
        self.kind = kind
        self.code = code
        self.detail = detail
    }

    private static let busyCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "SlowDown", "KmsThrottled",
    ]
    private static let unavailableCodes: Set<String> = ["RequestTimeout", "RequestTimeoutException"]
    private static let credentialsCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken",
        "UnrecognizedClientException",
    ]

    /// The error of an answer with this status and code, which may be empty. Codes that are not known are judged by the
    /// status: 429 is busy, 5xx is unavailable, anything else is refused.
    init(status: Int, code: String, detail: String) {
        let kind: Kind =
            switch code {
            case _ where Self.busyCodes.contains(code) || status == 429: .busy
            case _ where Self.unavailableCodes.contains(code) || status >= 500: .unavailable
            case _ where Self.credentialsCodes.contains(code): .credentials
            default: .refused
            }
        self.init(kind, code: code.isEmpty ? "status \(status)" : code, detail: detail)
    }

    /// The error of a request for which there are no credentials.
    init(_ error: AWSCredentialsError) {
        switch error {
        case .missing(let text): self.init(.credentials, code: "no AWS credentials", detail: text)
        case .unavailable(let text): self.init(.unavailable, code: "no AWS credentials for now", detail: text)
        }
    }
}
