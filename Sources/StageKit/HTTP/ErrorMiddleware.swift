import HTTPTypes
public import HTTPServer
public import Hummingbird
public import Logging

/// Gives each request an id, and each error one shape and one line in the log.
///
/// The id is in the header `X-Request-Id` of every response, in the body of every error, and in the log line of a
/// failed request, so that a client's report leads to the details that the client must not see.
///
/// Add it before all other middleware: an error that is thrown outside of it keeps Hummingbird's shape.
public struct ErrorMiddleware<Context: RouteContext>: RouterMiddleware {
    private let logger: Logger
    private let hidesPaths: Bool

    /// `hidesPaths`: a path holds a secret, so the log gets the pattern of its route instead.
    public init(logger: Logger, hidesPaths: Bool = false) {
        self.logger = logger
        self.hidesPaths = hidesPaths
    }

    public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let requestID = Self.randomRequestID()
        var context = context
        context.route.requestID = requestID
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            var failure = APIError(error)
            if failure.code == .notFound, let methods = context.route.allowedMethods {
                let headers = failure.headers
                failure = .methodNotAllowed(methods)
                failure.headers = headers
            }
            log(failure, request, context, requestID: requestID)
            response = failure.response(requestID: requestID)
        }
        if let requestIDHeader { response.headers[requestIDHeader] = requestID }
        return response
    }

    private func log(_ failure: APIError, _ request: Request, _ context: Context, requestID: String) {
        let level: Logger.Level =
            switch failure.code {
            case .internal: .error
            case .unavailable: .warning
            default: .info
            }
        let metadata: Logger.Metadata = [
            "request_id": "\(requestID)", "method": "\(request.method)",
            "path": "\(hidesPaths ? context.endpointPath ?? "" : request.uri.path)",
            "status": "\(failure.code.status.code)", "code": "\(failure.code.rawValue)",
        ]
        logger.log(level: level, "request failed", metadata: metadata.merging(failure.details) { $1 })
    }

    /// 16 hexadecimal digits.
    private static func randomRequestID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// A name that HTTP allows, so it is never nil.
private let requestIDHeader = HTTPField.Name("X-Request-Id")
