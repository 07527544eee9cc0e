import HTTPServer
public import HTTPTypes
import Hummingbird
public import JobCore
public import Logging
import Messaging
import Store

/// An error answer of Belfry's HTTP interfaces. A handler throws it; ``ErrorMiddleware`` sends and logs it.
///
/// ```swift
/// guard let stored = try await store.job(named: name) else {
///     throw APIError(.notFound, "There is no job \(name).")
/// }
/// ```
public struct APIError: Error {
    public var code: APIErrorCode
    /// A text for people. It must not name a path, a host or a driver.
    public var message: String
    /// The mistakes in the body or in the query.
    public var errors: [FieldError]
    /// The status of the execution that a callback is too late for.
    public var executionStatus: ExecutionStatus?
    /// The test delivery that a job was refused for.
    public var executionID: ExecutionID?
    /// The methods of the path, for `method_not_allowed`.
    public var allowedMethods: [HTTPRequest.Method] = []
    /// Fields that the answer has beside those of its code.
    public var headers = HTTPFields()
    /// Only for the log, never sent.
    public var details: Logger.Metadata

    /// The mistakes that an answer lists: a document of 10,000 wrong fields gets no answer of a megabyte.
    static let errorsMax = 100

    public init(
        _ code: APIErrorCode, _ message: String, errors: [FieldError] = [], executionStatus: ExecutionStatus? = nil,
        details: Logger.Metadata = [:]
    ) {
        self.code = code
        self.message = message
        self.errors = errors
        self.executionStatus = executionStatus
        self.details = details
    }
}

extension APIError {
    /// The answer to anything that a handler threw.
    ///
    /// Texts of the store, of the broker and of unexpected errors may name paths, hosts and drivers. They go to the
    /// log, and the client gets a fixed text.
    public init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as InvalidDocument where error.isUnreadable:
            self.init(.unreadable, "The request cannot be read.", errors: error.errors)
        case let error as InvalidDocument: self.init(.invalid, "The request is invalid.", errors: error.errors)
        case StoreError.unavailable, is OverdueError: self = .unavailable(error)
        case let publishing as PublishError where publishing.isTemporary: self = .unavailable(error)
        case let error as any HTTPResponseError:
            // Hummingbird itself throws these, such as 404 for an unknown path.
            let code = APIErrorCode.allCases.first { $0.status == error.status }
            self = code.map { APIError($0, error.status.reasonPhrase + ".") } ?? .internal(error)
        default: self = .internal(error)
        }
    }

    /// The answer for a path that has other methods.
    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> APIError {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var error = APIError(.methodNotAllowed, "This path takes \(names).")
        error.allowedMethods = allowed
        return error
    }

    private static func unavailable(_ error: any Error) -> APIError {
        APIError(
            .unavailable, "Belfry is temporarily unavailable. Send the same request again.",
            details: ["error": "\(error)"])
    }

    private static func `internal`(_ error: any Error) -> APIError {
        APIError(.internal, "Internal error.", details: ["error": "\(error)"])
    }

    /// The HTTP answer, without the header of the request's id.
    func answer(requestID: String) -> WholeAnswer {
        let request = code == .internal ? " Quote the request id \(requestID) to the operator." : ""
        let more = errors.count - Self.errorsMax
        let body = ErrorBody(
            code: code,
            message: message + (more > 0 ? " \(more) more mistakes are not listed." : "") + request,
            requestID: requestID, status: executionStatus,
            executionID: executionID, errors: errors.prefix(Self.errorsMax).map(\.short))
        // An encoding error is impossible: the body has strings only.
        let bytes = (try? MessageCoder.encode(body)) ?? []
        var answer = WholeAnswer(status: code.status, headers: [.contentType: "application/json"], body: bytes)
        answer.headers.append(contentsOf: headers)
        switch code {
        // RFC 9110, sections 15.5.2 and 15.5.6, demand these.
        case .unauthorized: answer.headers[.wwwAuthenticate] = "Bearer realm=\"belfry\""
        case .methodNotAllowed:
            answer.headers[.allow] = allowedMethods.map(\.rawValue).joined(separator: ", ")
        default: break
        }
        answer.headers[.retryAfter] =
            switch code {
            case .unavailable: "2"
            case .tooManyRequests: "1"
            default: nil
            }
        return answer
    }
}

extension FieldError {
    /// The mistake with texts of at most 200 characters: a name or a value that somebody sent may be in them.
    fileprivate var short: FieldError {
        FieldError(
            field: Self.short(field), code: code, message: Self.short(message), hint: Self.short(hint))
    }

    private static func short(_ text: String) -> String {
        text.utf8.count <= 200 ? text : String(text.unicodeScalars.prefix(200)) + "…"
    }
}
