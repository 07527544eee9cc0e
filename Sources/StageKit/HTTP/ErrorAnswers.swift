public import HTTPServer
public import HTTPTypes
public import Logging

/// Makes the answers to requests that have failed: each error has one shape and one line in the log.
public struct ErrorAnswers: Sendable {
    private let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    /// Writes the line of the log, and returns the answer. `path` must hold no secret.
    public func answer(
        to failure: APIError, method: HTTPRequest.Method, path: String, requestID: String
    ) -> WholeAnswer {
        let level: Logger.Level =
            switch failure.code {
            case .internal: .error
            case .unavailable: .warning
            default: .info
            }
        let metadata: Logger.Metadata = [
            "request_id": "\(requestID)", "method": "\(method)", "path": "\(path)",
            "status": "\(failure.code.status.code)", "code": "\(failure.code.rawValue)",
        ]
        logger.log(level: level, "request failed", metadata: metadata.merging(failure.details) { $1 })
        var answer = failure.answer(requestID: requestID)
        if let field = RequestIDs.field { answer.headers[field] = requestID }
        return answer
    }
}
