import StageKit

extension APIErrorCode {
    /// When a request is answered with the code.
    var meaning: String {
        switch self {
        case .unreadable:
            "The body is no JSON object in UTF-8, or has a field twice, or too many levels or values; or a header has "
                + "a wrong form."
        case .unauthorized: "The key or the token is missing, wrong or expired."
        case .forbidden: "The scope of the key does not allow the request."
        case .notFound: "There is no such job, execution, dead letter or key, or the key of the request may not see it."
        case .methodNotAllowed: "The path has no such method."
        case .conflict: "The state of what the request is about does not allow it."
        case .gone: "The execution is over, or no longer on record."
        case .preconditionFailed: "A job is not of the version that the request is for. Nothing was changed."
        case .tooLarge: "The body is too large."
        case .unsupportedMediaType: "The body is not declared as `application/json`."
        case .invalid: "The body, the query or a name in the path is wrong; `errors` lists all mistakes."
        case .tooManyRequests: "The key has its share of requests at work."
        case .internal: "A fault of Belfry. Quote the request id to the operator."
        case .unreadableRecord: "What the request is about is on record, and can't be read there."
        case .unavailable: "The broker, the store or another part is unavailable. Send the same request again."
        }
    }
}
