public import HTTPTypes

/// The kinds of errors of Belfry's HTTP interfaces: the field `code` of an ``ErrorBody``.
///
/// Clients may rely on a code: it does not change when the message is improved. Each code has one HTTP status.
public enum APIErrorCode: String, Sendable, CaseIterable, Codable {
    /// 400: the body is not a JSON object in UTF-8, or the request breaks the rules of HTTP.
    case unreadable
    /// 401: the key or the token is missing, wrong or expired.
    case unauthorized
    /// 403: the key is valid, but its scope does not allow this request.
    case forbidden
    /// 404: there is no such job, execution or path.
    case notFound = "not_found"
    /// 405: the path exists, but not with this method. The header `Allow` has those that it has.
    case methodNotAllowed = "method_not_allowed"
    /// 409: the state of the execution does not allow the request, the job was changed while its target was tested, or
    /// what is to be resumed is not paused.
    case conflict
    /// 410: the execution of a callback is over or no longer on record.
    case gone
    /// 412: a precondition of the request does not hold: the job has another version, or is there or not there against
    /// expectation. Nothing was changed.
    case preconditionFailed = "precondition_failed"
    /// 413: the body is too large.
    case tooLarge = "too_large"
    /// 415: the body is not declared as JSON.
    case unsupportedMediaType = "unsupported_media_type"
    /// 422: the body or the query can be read, and `errors` names each mistake in it.
    case invalid
    /// 429: the key has as many requests at work as one key may have.
    case tooManyRequests = "too_many_requests"
    /// 500: a fault of Belfry. The log has the details under the request id.
    case `internal`
    /// 500: this job or execution is on record, and can't be read there. Other requests are not concerned.
    case unreadableRecord = "unreadable_record"
    /// 503: the broker, the store or what a test delivery needs is unavailable. The same request may succeed later.
    case unavailable

    /// The HTTP status of this code.
    public var status: HTTPResponse.Status {
        switch self {
        case .unreadable: .badRequest
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict: .conflict
        case .gone: .gone
        case .preconditionFailed: .preconditionFailed
        case .tooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .invalid: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .internal, .unreadableRecord: .internalServerError
        case .unavailable: .serviceUnavailable
        }
    }
}
