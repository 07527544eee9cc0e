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
    private let answers: ErrorAnswers
    private let hidesPaths: Bool

    /// `hidesPaths`: a path holds a secret, so the log gets the pattern of its route instead.
    public init(logger: Logger, hidesPaths: Bool = false) {
        answers = ErrorAnswers(logger: logger)
        self.hidesPaths = hidesPaths
    }

    public func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let requestID = RequestIDs.next()
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
            let answer = answers.answer(
                to: failure, method: request.method,
                path: hidesPaths ? context.endpointPath ?? "" : request.uri.path, requestID: requestID)
            return Response(
                status: answer.status, headers: answer.headers,
                body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
        if let field = RequestIDs.field { response.headers[field] = requestID }
        return response
    }
}
