import HTTPTypes
import Testing

@testable import HTTPServer

@Suite struct `The methods of a path` {
    private static let routes = RouteMethods([
        ("/jobs", .get), ("/services/{service}/jobs/{job}", .put), ("/services/{service}/jobs/{job}", .get),
        ("/callback/{token}", .post),
    ])

    @Test(
        arguments: [
            ("/jobs", .post, [.get, .head]), ("/jobs/", .delete, [.get, .head]),
            ("/services/a/jobs/b", .patch, [.get, .head, .put]),
            ("/callback/x", .get, [.post]), ("/jobs", .get, nil), ("/nothing", .post, nil), ("/", .get, nil),
            ("/services/a/jobs", .get, nil), ("/services/a/job/b", .patch, nil), ("/callback/x/y", .get, nil),
        ] as [(String, HTTPRequest.Method, [HTTPRequest.Method]?)])
    func `are known for a request with another one`(
        path: String, method: HTTPRequest.Method, allowed: [HTTPRequest.Method]?
    ) {
        #expect(Self.routes.allowed(at: path, besides: method) == allowed)
    }
}
