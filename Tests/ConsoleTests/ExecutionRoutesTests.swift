import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Store
import Testing

@Suite struct `The executions of the admin API` {
    private let api = ConsoleAPI()
    private static let runs = "/services/billing/jobs/invoices/run"
    private static let history = "/services/billing/jobs/invoices/executions"

    private func runRequests() throws -> [RunRequested] {
        try api.memory.waiting(in: WorkQueue.dispatcherRuns.rawValue).map {
            try MessageCoder.decode(RunRequested.self, from: $0.body)
        }
    }

    @Test func `are requested as one message that has the payload of the run`() async throws {
        let answer = try await api.send(.post, Self.runs, #"{"payload": "only today"}"#)
        let run = try #require(try runRequests().first)
        #expect(answer.status == 202)
        #expect(try answer.body == .object(["execution_id": .string("\(run.executionID)")]))
        #expect(run.jobName == ConsoleAPI.job && run.payload == "only today" && run.requestedAt == ConsoleAPI.now)
        let message = try #require(api.memory.waiting(in: WorkQueue.dispatcherRuns.rawValue).first)
        #expect(message.id == "\(run.executionID)")
    }

    @Test(arguments: [nil, "", "{}", #"{"payload": null}"#])
    func `are requested without a payload where the request has none`(body: String?) async throws {
        #expect(try await api.send(.post, Self.runs, body).status == 202)
        #expect(try runRequests().map(\.payload) == [nil])
    }

    @Test(arguments: [#"{"payload": 1}"#, #"{"load": "x"}"#, "[]", "{"])
    func `are not requested with a body that is wrong`(body: String) async throws {
        #expect([400, 422].contains(try await api.send(.post, Self.runs, body).status))
        #expect(try runRequests().isEmpty)
    }

    @Test func `are requested with the longest payload, however it is escaped`() async throws {
        let payload = String(repeating: #"\u0041"#, count: Limits.payloadBytesMax)
        #expect(try await api.send(.post, Self.runs, "{\"payload\":\"\(payload)\"}").status == 202)
        #expect(try runRequests().map(\.payload?.utf8.count) == [Limits.payloadBytesMax])
    }

    @Test func `are not requested of a job that does not exist`() async throws {
        #expect(try await api.send(.post, "/services/billing/jobs/none/run").status == 404)
        #expect(try runRequests().isEmpty)
    }

    @Test func `are cancelled by a message, and the record stays for the recorder to change`() async throws {
        let answer = try await api.send(.post, "/executions/\(api.execution.id)/cancel")
        #expect(answer.status == 202 && answer.text.isEmpty)
        let line = ReportLine(of: api.execution.id)
        let messages = api.memory.waiting(in: WorkQueue.ingesterReports(line).rawValue)
        #expect(messages.map(\.routingKey) == [RoutingKey.report(.executionCancelled, line)])
        let cancel = try MessageCoder.decode(ExecutionCancelled.self, from: try #require(messages.first).body)
        #expect(cancel == ExecutionCancelled(executionID: api.execution.id, cancelledAt: ConsoleAPI.now))
        #expect(api.store.content.executions == [api.execution])
    }

    @Test(arguments: [ExecutionStatus.success, .fail])
    func `that are over are not cancelled`(status: ExecutionStatus) async throws {
        api.store.change { $0.executions[0].state.status = status }
        let answer = try await api.send(.post, "/executions/\(api.execution.id)/cancel")
        #expect(answer.status == 409)
        #expect(try answer.body["message"] == .string("The execution is over: \(status.rawValue)."))
        #expect(api.memory.isIdle)
    }

    @Test func `come in pages, and a list leaves out what one execution shows`() async throws {
        api.store.change { content in
            for _ in 0..<4 {
                var execution = api.execution
                execution.id = .random()
                content.executions.append(execution)
            }
        }
        let ids = api.store.content.executions.map { "\($0.id)" }
        let first = try await api.send(.get, "/executions?limit=3")
        let more = try #require(try first.body["paging"]?["more"]?.string)
        let second = try await api.send(.get, "/executions?limit=3&more=\(more)")
        let results = try [first, second].flatMap { try $0.body["results"]?.array ?? [] }
        #expect(results.compactMap { $0["execution_id"]?.string } == ids)
        #expect(try second.body["paging"] == .object(["more": .null]))
        #expect(results.allSatisfy { $0["timeline"] == nil && $0["payload"] == nil })
        let one = try await api.send(.get, "/executions/\(api.execution.id)")
        #expect(try one.body["payload"] == .null && one.body["deadline_ms"] != nil)
        #expect(
            try one.body["timeline"]
                == .array([
                    .object(["at": .string(ConsoleAPI.now.rfc3339), "event": .string("created")])
                ]))
    }

    @Test func `show why and until when nothing happened between two attempts`() async throws {
        let start = ConsoleAPI.now
        api.store.change { content in
            content.executions[0].attempts = [
                Attempt(number: 1, at: start.adding(seconds: 1), statusCode: 503, latencyMilliseconds: 20, error: "no")
            ]
            content.executions[0].deferrals = [
                Deferral(attempt: 1, at: start, until: start.adding(seconds: 1), busyCount: 2),
                Deferral(attempt: 2, at: start.adding(milliseconds: 1_020), until: start.adding(seconds: 6)),
            ]
        }
        let one = try await api.send(.get, "/executions/\(api.execution.id)")
        let entries = try #require(try one.body["timeline"]?.array)
        #expect(entries.compactMap { $0["event"]?.string } == ["created", "deferred", "attempt", "deferred"])
        let busy = """
            {"at":"\(start.rfc3339)","event":"deferred","attempt":1,"until":"\(start.adding(seconds: 1).rfc3339)",
            "detail":"the target was busy: waited 2 times for its turn"}
            """
        #expect(try entries[1] == JSONValue(parsing: Array(busy.utf8)))
        let failed = """
            {"at":"\(start.adding(milliseconds: 1_020).rfc3339)","event":"deferred","attempt":2,
            "until":"\(start.adding(seconds: 6).rfc3339)"}
            """
        #expect(try entries[3] == JSONValue(parsing: Array(failed.utf8)))
    }

    @Test func `are searched by the path and the query together`() async throws {
        let query = "status=fail&reason=ttl&since=1000&until=2030-03-17T17:46:40Z&correlation_id=c-1&limit=7&more=zz.3"
        _ = try await api.send(.get, "/services/billing/executions?job_name=j&\(query)")
        _ = try await api.send(.get, "/executions?service_name=s&job_name=j&\(query)")
        _ = try await api.send(.get, "\(Self.history)?\(query)")
        func expected(_ service: String, _ job: String) -> ExecutionQuery {
            ExecutionQuery(
                service: service, job: job, status: .fail, reason: .ttl,
                since: Instant(millisecondsSinceEpoch: 1_000), until: ConsoleAPI.now, correlationID: "c-1", limit: 7,
                more: ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: 1_295), number: 3))
        }
        #expect(
            api.store.content.queries == [
                expected("billing", "j"), expected("s", "j"), expected("billing", "invoices"),
            ])
    }

    @Test func `are searched by a posted body as by the query, and both together`() async throws {
        let body = """
            {"status": "fail", "reason": "ttl", "since": 1000, "until": "2030-03-17T17:46:40Z", "correlation_id": "c-1",
             "more": null}
            """
        for path in [
            "/executions?service_name=billing&job_name=invoices", "/services/billing/executions?job_name=invoices",
            Self.history,
        ] {
            #expect(try await api.send(.post, path + (path.contains("?") ? "&" : "?") + "limit=7", body).status == 200)
        }
        let expected = ExecutionQuery(
            service: "billing", job: "invoices", status: .fail, reason: .ttl,
            since: Instant(millisecondsSinceEpoch: 1_000), until: ConsoleAPI.now, correlationID: "c-1", limit: 7)
        #expect(api.store.content.queries == [expected, expected, expected])
        #expect(try await api.send(.post, Self.history).status == 200, "a search needs no condition")
        #expect(api.memory.isIdle, "a search runs nothing")
    }

    @Test(arguments: [
        (#"{"limit": true}"#, ["/limit"]), (#"{"limit": 7}"#, ["/limit"]),
        (#"{"limitt": 1, "status": "x"}"#, ["/status", "/limitt"]),
        (#"{"since": [1]}"#, ["/since"]), (#"{"more": "nonsense!"}"#, ["/more"]),
    ]) func `are not searched by a posted body with a mistake, or with a parameter of the query again`(
        body: String, fields: [String]
    ) async throws {
        let answer = try await api.send(.post, "/executions?limit=3", body)
        #expect(answer.status == 422)
        #expect(try (answer.body["errors"]?.array ?? []).map { $0["field"]?.string } == fields)
    }

    @Test(arguments: [
        "", "nonsense!", "-5", "+5", "007", "0", "ZZ", "99999999999999999999", "zz.0", "zz.-1",
        "0z.3", "z.3.3", ".3", "3.", "Z.3",
    ])
    func `have no page that no other page leads to, and neither have jobs`(token: String) async throws {
        for path in ["/executions", "/services/billing/executions", Self.history, "/jobs", "/services/billing/jobs"] {
            let answer = try await api.send(.get, "\(path)?more=\(token.replacing("+", with: "%2B"))")
            #expect(answer.status == 422, "\(path)")
            #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == ["/more"])
        }
    }

    @Test func `are run with an empty body of any type, and not with a body that is not JSON`() async throws {
        let form = "application/x-www-form-urlencoded"
        #expect(try await api.send(.post, Self.runs, "", contentType: form).status == 202)
        #expect(try runRequests().count == 1)
        for type in [nil, form, "text/plain"] {
            #expect(try await api.send(.post, Self.runs, #"{"payload": "x"}"#, contentType: type).status == 415)
        }
        #expect(try runRequests().count == 1)
    }

    @Test(arguments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", "-1", "253402300800000", "now"])
    func `are not searched by a time that can't be on record`(time: String) async throws {
        for field in ["since", "until"] {
            let answer = try await api.send(.get, "/executions?\(field)=\(time)")
            #expect(answer.status == 422)
            #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == ["/\(field)"])
        }
    }

    @Test func `of a path's service are not searched by another service's name`() async throws {
        for path in ["/services/billing/executions", "/services/billing/jobs", Self.history] {
            let answer = try await api.send(.get, "\(path)?service_name=shipping")
            #expect(answer.status == 422)
        }
        #expect(try await api.send(.get, "\(Self.history)?job_name=other").status == 422)
    }
}
