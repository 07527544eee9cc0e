import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Store
import Testing

@testable import Console

@Suite struct `A change by the API` {
    private static let path = "/services/billing/jobs/invoices"
    private let api = ConsoleAPI()

    /// The newest entry as the API shows it.
    private func newest() async throws -> JSONValue {
        try #require(try await api.send(.get, "/audit?limit=1").body["results"]?.array.first)
    }

    private static func changed(_ headers: String) -> String {
        ConsoleAPI.document.replacing("\"ttl_seconds\": 60", with: "\"ttl_seconds\": 90")
            .replacing("/hook\"", with: "/hook?token=s3cret-query\"").dropLast() + ", \"headers\": \(headers)}"
    }

    @Test func `of a job leaves an entry: who, when, what, before, after and the id of the request`() async throws {
        let put = try await api.send(.put, Self.path, Self.changed("{}"), key: .own)
        let entry = try await newest()
        #expect(entry["actor"] == .string("own") && entry["at"] == .string(ConsoleAPI.now.rfc3339))
        #expect(entry["action"] == .string("job.put") && entry["subject"] == .null)
        #expect(entry["service_name"] == .string("billing") && entry["job_name"] == .string("invoices"))
        #expect(entry["before"]?["ttl_seconds"] == .integer(60) && entry["after"]?["ttl_seconds"] == .integer(90))
        #expect(entry["request_id"]?.string == put.headers[.requestID] && put.headers[.requestID]?.count == 16)

        let deleted = try await api.send(.delete, Self.path)
        let last = try await newest()
        #expect(last["actor"] == .string("admin") && last["action"] == .string("job.deleted"))
        #expect(last["before"]?["ttl_seconds"] == .integer(90) && last["after"] == .null)
        #expect(last["request_id"]?.string == deleted.headers[.requestID])
    }

    @Test func `leaves no entry if it changes nothing or is refused`() async throws {
        #expect(try await api.send(.put, Self.path, ConsoleAPI.document).status == 200)
        #expect(try await api.send(.put, Self.path, "{}").status == 422)
        #expect(try await api.send(.delete, Self.path + "x").status == 404)
        #expect(try await api.send(.put, Self.path, ConsoleAPI.document, key: .read).status == 403)
        let dry = #"{"all": true, "dry_run": true}"#
        #expect(try await api.send(.post, "/dead-letters:drop", dry).status == 200)
        #expect(api.store.content.audit.isEmpty)
    }

    @Test func `leaves nothing secret on record`() async throws {
        for value in ["s3cret-one", "s3cret-two"] {
            let body = Self.changed(#"{"Authorization": "\#(value)"}"#)
            #expect(try await api.send(.put, Self.path, body).status == 200)
        }
        let created = try await api.send(.post, "/keys", #"{"name": "new", "scope": "admin"}"#)
        let secret = try #require(try created.body["key"]?.string)
        #expect(try await api.send(.delete, Self.path).status == 204)
        let trail = "\(api.store.content.audit)"
        #expect(api.store.content.audit.count == 4 && trail.contains("*** (changed)"))
        #expect(!trail.contains("s3cret") && !trail.contains(secret))
        #expect(!(try await api.send(.get, "/audit").text.contains("s3cret")))
    }

    private static let requests: [(String, String?, AuditAction, WorkQueue)] = [
        ("\(path)/run", #"{"payload": "mine"}"#, .runRequested, .dispatcherRuns),
        (
            "/dead-letters:replay", #"{"service": "billing", "limit": 7}"#, .deadLettersReplayRequested,
            .deadletterRequests
        ),
        ("/dead-letters:drop", #"{"all": true}"#, .deadLettersDropRequested, .deadletterRequests),
    ]

    @Test(arguments: requests)
    func `that is a message has its entry before the message is published`(
        path: String, body: String?, action: AuditAction, queue: WorkQueue
    ) async throws {
        api.store.change { $0.auditFailure = .unavailable("the store is locked") }
        #expect(try await api.send(.post, path, body).status == 503)
        #expect(api.memory.isIdle, "nothing is done without an entry")
        api.store.change { $0.auditFailure = nil }
        let answer = try await api.send(.post, path, body)
        #expect((200..<300).contains(answer.status))
        #expect(api.memory.waiting(in: queue.rawValue).count == 1)
        let entry = try #require(api.store.content.audit.first)
        #expect(api.store.content.audit.count == 1 && entry.action == action && entry.author.name == "admin")
        #expect(entry.author.requestID == answer.headers[.requestID])
    }

    @Test func `that runs or cancels an execution names it`() async throws {
        let run = try await api.send(.post, "\(Self.path)/run", #"{"payload": "mine"}"#)
        let entry = try await newest()
        #expect(try entry["subject"] == run.body["execution_id"] && entry["job_name"] == .string("invoices"))
        #expect(entry["after"] == .object(["payload": .string("mine")]))
        #expect(try await api.send(.post, "/executions/\(api.execution.id)/cancel").status == 202)
        let cancel = try await newest()
        #expect(cancel["action"] == .string("cancel.requested"))
        #expect(cancel["subject"]?.string == "\(api.execution.id)" && cancel["service_name"] == .string("billing"))
    }

    @Test func `of dead letters says which`() async throws {
        let id = ConsoleAPI.letter().id
        _ = try await api.send(.post, "/dead-letters:drop", #"{"id": "\#(id)", "service": "billing"}"#)
        let entry = try await newest()
        #expect(entry["subject"]?.string == "\(id)" && entry["service_name"] == .string("billing"))
        #expect(entry["after"]?["filter"]?.string == "id=\(id) service=billing")
        let asked = try #require(try api.deadLetterRequests().first)
        #expect(entry["after"]?["dead_letters_request_id"]?.string == asked.requestID)
    }
}

@Suite struct `The audit trail` {
    private let api = ConsoleAPI()

    init() {
        let changes: [(String?, AuditAction)] = [("billing", .jobPut), ("shipping", .jobPut), (nil, .keyCreated)]
        let entries = changes.map { service, action in
            AuditEntry(action, by: ChangeAuthor(name: "ada"), at: ConsoleAPI.now, service: service)
        }
        api.store.change { $0.audit = entries }
    }

    @Test func `shows all to an admin, all but keys to a reader, and its own to a service`() async throws {
        for (key, path, count) in [
            (ConsoleAPI.Key.admin, "/audit", 3), (.read, "/audit", 2), (.own, "/audit?service_name=billing", 1),
            (.admin, "/audit?service_name=shipping", 1),
        ] {
            let answer = try await api.send(.get, path, key: key)
            #expect(try answer.status == 200 && answer.body["count"] == .integer(Int64(count)), "\(key) \(path)")
        }
        for (key, path) in [
            (ConsoleAPI.Key.own, "/audit"), (.other, "/audit?service_name=billing"),
            (.read, "/audit?action=key.created"),
            (.own, "/audit?service_name=billing&action=key.revoked"),
        ] {
            #expect(try await api.send(.get, path, key: key).status == 403, "\(key) \(path)")
        }
    }

    @Test func `takes its conditions from the query`() async throws {
        let path = "/audit?since=1000&until=2000&actor=local:ada&action=job.put&service_name=a&job_name=b&limit=3"
        #expect(try await api.send(.get, path, key: .read).status == 200)
        let query = AuditQuery(
            since: Instant(millisecondsSinceEpoch: 1_000), until: Instant(millisecondsSinceEpoch: 2_000),
            actor: "local:ada", action: .jobPut, service: "a", job: "b", hidesKeys: true, limit: 3)
        #expect(api.store.content.auditQueries == [query])
    }

    @Test func `is read page by page`() async throws {
        let first = try await api.send(.get, "/audit?limit=2").body
        let more = try #require(first["paging"]?["more"]?.string)
        let second = try await api.send(.get, "/audit?limit=2&more=\(more)").body
        #expect(first["results"]?.array.map { $0["action"]?.string } == ["key.created", "job.put"])
        #expect(second["results"]?.array.map { $0["service_name"]?.string } == ["billing"])
        #expect(second["paging"]?["more"] == .null)
    }

    @Test(arguments: [
        ("limit=0", "/limit"), ("limit=101", "/limit"), ("action=put", "/action"), ("since=x", "/since"),
        ("more=%21", "/more"), ("job_name=b", "/job_name"), ("service_name=a&job_name=b%20c", "/job_name"),
        ("service_name=a+b", "/service_name"), ("tag=x", "/tag"),
    ])
    func `refuses a wrong condition`(query: String, field: String) async throws {
        let answer = try await api.send(.get, "/audit?\(query)")
        #expect(answer.status == 422)
        #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == [field])
    }
}

extension HTTPField.Name {
    fileprivate static let requestID = HTTPField.Name("X-Request-Id") ?? .eTag
}
