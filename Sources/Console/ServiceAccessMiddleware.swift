import Hummingbird

/// Refuses a request below `services/{service}` whose key does not allow it: only GET and HEAD count as reading.
struct ServiceAccessMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: KeyContext,
        next: @concurrent (Request, KeyContext) async throws -> Response
    ) async throws -> Response {
        try context.require(Access(request.method), of: context.parameters.get("service"))
        return try await next(request, context)
    }
}
