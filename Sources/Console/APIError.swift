internal import HTTPTypes
internal import Hummingbird
internal import JobCore
internal import Store
internal import Messaging

/// An answer other than the one asked for: `{"message": …, "errors": [{"field", "message", "hint"}]}`.
struct APIError: Error {
    var status: HTTPResponse.Status
    var message: String
    var errors: [FieldError] = []

    static func notFound(_ what: String) -> APIError { APIError(status: .notFound, message: what) }

    /// The HTTP answer to whatever was thrown.
    static func response(to error: any Error) -> Response {
        switch error {
        case let error as APIError: return error.response
        case let error as InvalidDocument:
            return APIError(
                status: error.isUnreadable ? .badRequest : .unprocessableContent,
                message: error.isUnreadable ? "The request can't be read." : "The request is wrong.",
                errors: error.errors
            ).response
        case let error as StoreError: return unavailable("\(error)")
        case let error as PublishError: return unavailable("\(error)")
        case let error as any HTTPResponseError:
            return APIError(status: error.status, message: error.status.reasonPhrase).response
        default: return APIError(status: .internalServerError, message: "Something went wrong; see the log.").response
        }
    }

    private static func unavailable(_ reason: String) -> Response {
        var response = APIError(status: .serviceUnavailable, message: "Not now: \(reason)").response
        response.headers[.retryAfter] = "2"
        return response
    }

    private struct Body: Encodable {
        var message: String
        var errors: [FieldError]
    }

    private var response: Response {
        JSONResponse.make(status, Body(message: message, errors: errors))
    }
}

/// JSON answers.
enum JSONResponse {
    static func make(_ status: HTTPResponse.Status, _ body: some Encodable) -> Response {
        // What is sent is made of strings, numbers and lists, which always encode.
        let bytes = (try? MessageCoder.encode(body)) ?? []
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
