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
    private var reads: Bool {
        method == .get || method == .post && (pattern.hasSuffix("/executions") || pattern.hasSuffix("/jobs"))
    }
    /// It is about what belongs to all services, so only an admin may use it.
    private var isForAdmins: Bool { ["/dead-letters", "/keys", "/tags"].contains { pattern.hasPrefix($0) } }

    /// All routes of the router but the document's, which needs no key, so that a new one is tested without a change
    /// here.
    static let all = ConsoleAPI().console.router().routes.map { Route(method: $0.method, pattern: "\($0.path)") }
        .filter { $0.pattern != "/openapi.json" }
    static let forAdmins = all.filter(\.isForAdmins)
    static let writing = all.filter { !$0.reads && !$0.isForAdmins }
    static let reading = all.filter { $0.reads && !$0.isForAdmins }
    /// It shows nothing that is on record, so every key may use it.
    static let explain = "/schedules:explain"
    private static let batch = "/jobs:batch"
    private static let deletion = #"{"delete": [{"service_name": "billing", "job_name": "invoices"}]}"#
    static let aboutServices = all.filter { $0.pattern != explain && !$0.isForAdmins }
    static let ofOneService = all.filter { $0.pattern.contains("{") && !$0.isForAdmins }

    func send(_ api: ConsoleAPI, key: ConsoleAPI.Key) async throws -> ConsoleAPI.Answer {
        let path = pattern.replacing("{service}", with: ConsoleAPI.job.service)
            .replacing("{job}", with: ConsoleAPI.job.job).replacing("{id}", with: "\(api.execution.id)")
            .replacing("{name}", with: "read").replacing("{tag}", with: "nightly")
        try #require(!path.contains("{"), "give the parameter a value")
        if pattern == Self.explain { return try await api.send(method, path + "?expression=rate(1+day)", key: key) }
        if pattern == Self.batch { return try await api.send(method, path, Self.deletion, key: key) }
        prepare(api)
        return try await api.send(method, path, body, key: key)
    }

    private var body: String? {
        switch (method, pattern) {
        case (.put, _): ConsoleAPI.document
        case (.post, "/keys"): #"{"name": "new", "scope": "read"}"#
        case (.post, _) where pattern.hasPrefix("/dead-letters"): #"{"all": true}"#
        default: nil
        }
    }

    /// What is resumed must be paused, and what is retried must be over.
    private func prepare(_ api: ConsoleAPI) {
        let subjects: [JobPause.Subject] = [
            .job(ConsoleAPI.job), .service(ConsoleAPI.job.service), .tag("nightly"),
        ]
        api.store.change { content in
            content.pauses = subjects.map { JobPause($0, begunAt: ConsoleAPI.now, by: "somebody") }
            if pattern.hasSuffix("/retry"), !content.executions.isEmpty {
                content.executions[0].state.status = .success
            }
        }
    }
}

@Suite struct `A route of the admin API` {
    private let api = ConsoleAPI()

    /// What each route answers to the scopes `admin` and `read`, to the key of the service that the request is about,
    /// and to that of another service: + for a status of 2xx. A list of all services is refused to a service's key that
    /// doesn't name its service; the path of an execution does not tell whose it is.
    private static let matrix = [
        "GET /jobs": "+ + 403 403",
        "POST /jobs": "+ + 403 403",
        "POST /jobs:batch": "+ 403 + 403",
        "GET /services/{service}/jobs": "+ + + 403",
        "POST /services/{service}/jobs": "+ + + 403",
        "GET /services/{service}/jobs/{job}": "+ + + 403",
        "PUT /services/{service}/jobs/{job}": "+ 403 + 403",
        "DELETE /services/{service}/jobs/{job}": "+ 403 + 403",
        "POST /services/{service}/jobs/{job}/run": "+ 403 + 403",
        "GET /executions": "+ + 403 403",
        "POST /executions": "+ + 403 403",
        "GET /services/{service}/executions": "+ + + 403",
        "POST /services/{service}/executions": "+ + + 403",
        "GET /services/{service}/jobs/{job}/executions": "+ + + 403",
        "POST /services/{service}/jobs/{job}/executions": "+ + + 403",
        "GET /executions/{id}": "+ + + 404",
        "POST /executions/{id}/cancel": "+ 403 + 404",
        "POST /executions/{id}/retry": "+ 403 + 404",
        "POST /services/{service}/pause": "+ 403 + 403",
        "POST /services/{service}/resume": "+ 403 + 403",
        "POST /services/{service}/jobs/{job}/pause": "+ 403 + 403",
        "POST /services/{service}/jobs/{job}/resume": "+ 403 + 403",
        "POST /tags/{tag}/pause": "+ 403 403 403",
        "POST /tags/{tag}/resume": "+ 403 403 403",
        "GET /pauses": "+ + 403 403",
        "GET /schedules:explain": "+ + + +",
        "GET /services": "+ + 403 403",
        "GET /schedules": "+ + 403 403",
        "GET /status": "+ + 403 403",
        "GET /audit": "+ + 403 403",
        "GET /keys": "+ 403 403 403",
        "POST /keys": "+ 403 403 403",
        "DELETE /keys/{name}": "+ 403 403 403",
        "GET /dead-letters": "+ 403 403 403",
        "GET /dead-letters/{id}": "+ 403 403 403",
        "GET /dead-letters:export": "+ 403 403 403",
        "POST /dead-letters:replay": "+ 403 403 403",
        "POST /dead-letters:drop": "+ 403 403 403",
    ]

    @Test func `has a line in the table of scopes, and each line has a route`() {
        #expect(Set(Route.all.map(\.testDescription)) == Set(Self.matrix.keys))
    }

    @Test(arguments: Route.all) fileprivate func `answers each scope as the table says`(route: Route) async throws {
        var answers: [String] = []
        for key in [ConsoleAPI.Key.admin, .read, .own, .other] {
            let status = try await route.send(ConsoleAPI(), key: key).status
            answers.append((200..<300).contains(status) ? "+" : "\(status)")
        }
        #expect(answers.joined(separator: " ") == Self.matrix[route.testDescription])
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
        #expect(api.store.content.pauses.allSatisfy { $0.by == "somebody" && $0.endedAt == nil })
    }

    @Test(arguments: Route.forAdmins, [ConsoleAPI.Key.read, .own, .other])
    fileprivate func `for admins refuses every other key, and does nothing`(
        route: Route, key: ConsoleAPI.Key
    ) async throws {
        let answer = try await route.send(api, key: key)
        #expect(answer.status == 403)
        #expect(try answer.body["code"] == .string("forbidden"))
        #expect(api.memory.isIdle && api.store.content.audit.isEmpty)
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

    @Test(arguments: ["/jobs", "/executions", "/services", "/schedules"])
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
