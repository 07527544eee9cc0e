import HTTPTypes
import OpenAPI
import StageKit

extension APIOperation {
    /// An operation behind a key. `errors` are those besides the ones that all of them may answer with.
    static func keyed(
        _ id: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        parameters: [APIParameter] = [], body: APIBody? = nil, answers: [APIAnswer], errors: [APIErrorCode]
    ) -> APIOperation {
        var operation = APIOperation(id, method, path, summary)
        operation.parameters = parameters
        operation.body = body
        operation.isLimited = true
        operation.answers = answers
        operation.errors = [.unauthorized, .tooManyRequests] + faults + errors + (body == nil ? [] : bodyErrors)
        return operation
    }
}
