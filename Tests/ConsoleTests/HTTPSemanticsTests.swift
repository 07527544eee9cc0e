import HTTPTypes
import JobCore
import JSON
import Testing

@Suite struct `The admin API as HTTP has it` {
    private let api = ConsoleAPI()
    private static let job = "/services/billing/jobs/invoices"

    @Test(arguments: [
        ("/jobs", HTTPRequest.Method.put, "GET, HEAD, POST"), ("/executions", .delete, "GET, HEAD, POST"),
        (job, .patch, "DELETE, GET, HEAD, PUT"), (job, .post, "DELETE, GET, HEAD, PUT"), (job + "/run", .get, "POST"),
        ("/executions/x/cancel", .get, "POST"), ("/jobs", .options, "GET, HEAD, POST"),
    ])
    func `names the methods of a path that has others`(path: String, method: HTTPRequest.Method, allow: String)
        async throws
    {
        let answer = try await api.send(method, path)
        #expect(answer.status == 405 && answer.headers[.allow] == allow)
        #expect(try answer.body["code"] == .string("method_not_allowed"))
    }

    @Test func `demands a key by the scheme that it takes`() async throws {
        let answer = try await api.send(.get, "/jobs", key: .none)
        #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"belfry\"")
        #expect(try await api.send(.get, "/nothing").headers[.wwwAuthenticate] == nil)
    }

    @Test(arguments: [
        "/jobs", job, "/executions", "/executions/{id}", "/services", "/schedules",
        "/schedules:explain?expression=rate(1+day)", "/audit", "/pauses", "/status", "/keys", "/nothing",
        "/jobs?limit=0",
    ])
    func `answers HEAD with the status and the headers of GET, and no body`(pattern: String) async throws {
        let path = pattern.replacing("{id}", with: "\(api.execution.id)")
        let (head, get) = (try await api.send(.head, path), try await api.send(.get, path))
        #expect(head.status == get.status && head.text.isEmpty)
        #expect(head.headers[.contentType] == get.headers[.contentType])
        #expect(head.headers[.contentLength] == get.headers[.contentLength])
    }

    @Test(arguments: [
        "application/json", "application/json; charset=utf-8", "application/json ; charset=utf-8",
        "APPLICATION/JSON;x=y", "application/json;", " application/json\t",
    ])
    func `takes JSON by its media type in any case, with parameters and spaces`(type: String) async throws {
        #expect(try await api.send(.put, Self.job, ConsoleAPI.document, contentType: type).status == 200)
    }

    @Test(arguments: [nil, "", "text/plain", "application/jsonx", "application/json5", "json", "application/ json"])
    func `takes no other media type`(type: String?) async throws {
        #expect(try await api.send(.put, Self.job, ConsoleAPI.document, contentType: type).status == 415)
    }

    @Test(arguments: ["/services/%62illing/jobs/%69nvoices", "/services/billing/jobs/invoice%73"])
    func `takes the names of a path as they are decoded`(path: String) async throws {
        #expect(try await api.send(.get, path, key: .own).status == 200)
        #expect(try await api.send(.get, path, key: .other).status == 403)
    }

    @Test(arguments: [
        "/services/bil%20ling/jobs", "/services/bil%2Fling/executions", "/services/a%20b/jobs",
        "/services/..%2f/executions",
        "/services/billing/jobs/..", "/services/billing/jobs/%2e%2E", "/services/./jobs/x", "/services/caf%C3%A9/jobs",
        "/jobs?service_name=bil%20ling", "/executions?job_name=a/b",
    ])
    func `refuses a name that no job can have, where an empty list would hide it`(path: String) async throws {
        let answer = try await api.send(.get, path)
        #expect(answer.status == 422)
        #expect(try answer.body["code"] == .string("invalid"))
    }

    @Test func `refuses a parameter that is given twice`() async throws {
        #expect(try await api.send(.get, "/jobs?limit=1&limit=2").status == 422)
    }

    @Test func `lists the first hundred mistakes of a document, each cut to a line`() async throws {
        let fields = (0..<5_000).map { "\"f\($0)\(String(repeating: "x", count: 40))\": 1" }.joined(separator: ",")
        let many = try await api.send(.put, Self.job, "{\(fields)}")
        #expect(many.status == 422 && many.text.utf8.count < 64 * 1_024)
        #expect(try many.body["errors"]?.array.count == 100)
        #expect(try many.body["message"]?.string?.contains("mistakes are not listed") == true)
        let name = String(repeating: "n", count: 100_000)
        let long = try await api.send(.put, Self.job, "{\"\(name)\": 1, \"\(name)\": 2}")
        #expect(long.status == 400 && long.text.utf8.count < 2_000)
    }
}
