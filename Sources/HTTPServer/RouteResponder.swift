import HTTPTypes
public import Hummingbird

/// Answers a request by the routes of a router, with what HTTP has for all of them alike: equivalent paths, `HEAD`, and
/// the methods that a path has.
public struct RouteResponder<Context: RouteContext>: HTTPResponder {
    private let routes: RouterResponder<Context>
    private let methods: RouteMethods

    public init(_ router: Router<Context>) {
        methods = RouteMethods(router.routes.map { ("\($0.path)", $0.method) })
        routes = router.buildResponder()
    }

    /// Answers by the route of the request's path. Throws what the route throws.
    public func respond(to request: Request, context: Context) async throws -> Response {
        var head = request.head
        head.path = head.path.map(PlainPath.normalized)
        // A client that asks for the head alone gets the head of what GET answers (RFC 9110, section 9.3.2).
        let isHead = head.method == .head
        if isHead { head.method = .get }
        var context = context
        let plain = Request(head: head, body: request.body)
        context.route.target = (methods, plain.uri.path, head.method)
        let response = try await routes.respond(to: plain, context: context)
        return isHead ? response.createHeadResponse() : response
    }
}
