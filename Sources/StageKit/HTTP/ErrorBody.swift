import JobCore

/// The JSON of every error answer, of the admin API and of the callback endpoint alike.
///
/// ```json
/// {"code": "gone", "message": "The execution is over.", "request_id": "0b5c7629d1a24c1e", "status": "success",
///  "errors": []}
/// ```
struct ErrorBody: Encodable {
    var code: APIErrorCode
    var message: String
    var requestID: String
    /// Left out unless the error is a callback after the end of its execution.
    var status: ExecutionStatus?
    /// Left out unless the error is about a test delivery.
    var executionID: ExecutionID?
    var errors: [FieldError]

    private enum CodingKeys: String, CodingKey {
        case code, message
        case requestID = "request_id"
        case status
        case executionID = "execution_id"
        case errors
    }
}
