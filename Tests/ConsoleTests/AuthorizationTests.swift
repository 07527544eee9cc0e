import Console
import HTTPTypes
import Hummingbird
import JSON
import JobCore
import MessagingTesting
import Signing
import Store
import Testing

/// A route of the admin API, as its router lists it.
private struct Route: Sendable, CustomTestStringConvertible {
    var method: HTTPRequest.Method
    var pattern: String

    var testDescription: String { "\(method) \(pattern)" }

    /// A search may be posted.
    private var reads: Bool { method == .get || method == .post && pattern.hasSuffix("/executions") }
    /// Its answer holds what belongs to all services, so only an admin may use it.
    private var isForAdmins: Bool { pattern.hasPrefix("/dead-letters") }

    /// All routes of the router, so that a new one is tested without a change here.
    static let all = ConsoleAPI().console.router().routes.map { Route(method: $0.method, pattern: "\($0.path)") }
    static let forAdmins = all.filter(\.isForAdmins)
    static let writing = all.filter { !$0.reads && !$0.isForAdmins }
    static let reading = all.filter { $0.reads && !$0.isForAdmins }
    /// It shows nothing that is on record, so every key may use it.
    static let explain = "/schedules:explain"
    static let aboutServices = all.filter { $0.pattern != explain && !$0.isForAdmins }
    static let ofOneService = all.filter { $0.pattern.contains("{") && !$0.isForAdmins }

    func send(_ api: ConsoleAPI, key: ConsoleAPI.Key) async throws -> ConsoleAPI.Answer {
        let path = pattern.replacing("{service}", with: ConsoleAPI.job.service)
            .replacing("{job}", with: ConsoleAPI.job.job).replacing("{id}", with: "\(api.execution.id)")
        try #require(!path.contains("{"), "give the parameter a value")
        if pattern == Self.explain { return try await api.send(method, path + "?expression=rate(1+day)", key: key) }
        let body = method == .put ? ConsoleAPI.document : isForAdmins && method == .post ? #"{"all": true}"# : nil
        return try await api.send(method, path, body, key: key)
    }
}

@Suite struct `A route of the admin API` {
    private let api = ConsoleAPI()

    @Test func `is one of these, and new ones come into the tables below on their own`() {
        #expect(
            Set(Route.all.map(\.testDescription)) == [
                "GET /jobs", "GET /schedules:explain", "GET /executions", "GET /executions/{id}",
                "POST /executions/{id}/cancel",
                "GET /services/{service}/jobs", "GET /services/{service}/executions",
                "PUT /services/{service}/jobs/{job}", "GET /services/{service}/jobs/{job}",
                "DELETE /services/{service}/jobs/{job}", "GET /services/{service}/jobs/{job}/executions",
                "POST /executions", "POST /services/{service}/executions",
                "POST /services/{service}/jobs/{job}/executions", "POST /services/{service}/jobs/{job}/run",
                "GET /dead-letters", "GET /dead-letters/{id}", "GET /dead-letters:export",
                "POST /dead-letters:replay", "POST /dead-letters:drop",
            ])
    }

    @Test(arguments: Route.all) fileprivate func `refuses a request without a key`(route: Route) async throws {
        let answer = try await route.send(api, key: .none)
        #expect(answer.status == 401)
        #expect(try answer.body["code"] == .string("unauthorized"))
    }

    @Test(arguments: Route.writing) fileprivate func `that writes refuses a read key`(route: Route) async throws {
        let answer = try await route.send(api, key: .read)
        #expect(answer.status == 403)
        #expect(try answer.body["code"] == .string("forbidden"))
        #expect(api.memory.isIdle && api.store.content.jobs.count == 1)
    }

    @Test(arguments: Route.forAdmins, [ConsoleAPI.Key.read, .own, .other])
    fileprivate func `about dead letters refuses every key but an admin's, and asks nobody`(
        route: Route, key: ConsoleAPI.Key
    ) async throws {
        let answer = try await route.send(api, key: key)
        #expect(answer.status == 403)
        #expect(try answer.body["code"] == .string("forbidden"))
        #expect(api.memory.isIdle)
    }

    @Test(arguments: Route.aboutServices) fileprivate func `refuses the key of another service`(route: Route)
        async throws
    {
        let answer = try await route.send(api, key: .other)
        // The path of an execution does not tell whose it is.
        #expect(answer.status == (route.pattern.contains("{id}") ? 404 : 403))
        #expect(api.memory.isIdle && api.store.content.jobs.count == 1)
    }

    @Test(arguments: Route.ofOneService)
    fileprivate func `answers the key of another service alike, whatever there is`(route: Route) async throws {
        let present = try await route.send(api, key: .other)
        api.store.change { content in
            content.jobs = [:]
            content.executions = []
        }
        let absent = try await route.send(api, key: .other)
        api.store.change { $0.failure = .unusable("a row can't be read") }
        let unreadable = try await route.send(api, key: .other)
        for answer in [absent, unreadable] {
            #expect(answer.status == present.status)
            for field in ["code", "message", "errors", "status"] {
                #expect(try answer.body[field] == present.body[field], "\(field)")
            }
        }
    }

    @Test(arguments: Route.all) fileprivate func `lets an admin through`(route: Route) async throws {
        #expect((200..<300).contains(try await route.send(api, key: .admin).status))
    }

    @Test(arguments: Route.reading) fileprivate func `that reads lets a read key through`(route: Route) async throws {
        #expect((200..<300).contains(try await route.send(api, key: .read).status))
    }

    @Test(arguments: Route.ofOneService)
    fileprivate func `of one service lets that service's key through`(route: Route) async throws {
        #expect((200..<300).contains(try await route.send(api, key: .own).status))
    }

    @Test(arguments: ["/jobs", "/executions"])
    func `of all services lets a service's key through when the query names its service`(path: String) async throws {
        #expect(try await api.send(.get, "\(path)?service_name=billing", key: .own).status == 200)
        #expect(try await api.send(.get, "\(path)?service_name=billing", key: .other).status == 403)
    }
}

@Suite struct `The key of a request` {
    private let api = ConsoleAPI()

    @Test(arguments: ["Bearer admin", "bearer admin", "BEARER admin"])
    func `comes with the scheme Bearer in any case`(header: String) async throws {
        #expect(try await api.send(.get, "/jobs", key: .none, authorization: header).status == 200)
    }

    @Test(arguments: ["", "admin", "Bearer", "Bearer ", "Bearer  admin", "Bearer wrong", "Basic admin", "Bearer Admin"])
    func `is refused in any other form`(header: String) async throws {
        #expect(try await api.send(.get, "/jobs", key: .none, authorization: header).status == 401)
    }

    @Test(arguments: [(512, 200), (513, 401)])
    func `is refused unread when its header is longer than 512 bytes`(byteCount: Int, status: Int) async throws {
        let secret = String(repeating: "a", count: byteCount - "Bearer ".utf8.count)
        api.store.change {
            $0.keys[APISecret.hash(secret)] = APIKey(name: "long", scope: .admin, createdAt: ConsoleAPI.now)
        }
        #expect(try await api.send(.get, "/jobs", key: .none, authorization: "Bearer \(secret)").status == status)
    }

    @Test(arguments: ["/", "/nothing", "/services/billing", "/jobs/x", "/executions/x/y", "/.env"])
    func `is asked for before an unknown path is, and then the path is only not found`(path: String) async throws {
        #expect(try await api.send(.get, path, key: .none).status == 401)
        let answer = try await api.send(.get, path, key: .other)
        #expect(answer.status == 404)
        #expect(try answer.body["code"] == .string("not_found") && answer.body["message"] == .string("Not Found."))
        #expect(try await api.send(.patch, "/jobs", key: .none).status == 401)
        #expect(try await api.send(.patch, "/jobs").status == 405)
    }
}
