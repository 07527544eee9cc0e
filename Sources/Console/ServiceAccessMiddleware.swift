import Hummingbird

/// Refuses a request below `services/{service}` whose key does not allow it.
struct ServiceAccessMiddleware: RouterMiddleware {
    /// What the routes behind this do.
    let access: Access

    func handle(
        _ request: Request, context: KeyContext,
        next: @concurrent (Request, KeyContext) async throws -> Response
    ) async throws -> Response {
        try context.require(access, of: context.parameters.get("service"))
        return try await next(request, context)
    }
}
