import HTTPTypes
import JSON
import JobCore
import Store
import Testing

@testable import Console

/// Each test has a sentence of the predecessor's page, of its sections “Get jobs” and “Get job executions”.
@Suite struct `The predecessor's searches` {
    private let api = ConsoleAPI()
    private static let billing = JobName(service: "billing", job: "invoices")
    private static let shipping = JobName(service: "shipping", job: "labels")
    private static let mail = JobName(service: "mail", job: "letters")

    init() {
        api.add(Self.shipping)
        api.add(Self.mail)
    }

    private func names(_ answer: ConsoleAPI.Answer) throws -> [String] {
        #expect(answer.status == 200, "\(answer.text)")
        let results = try answer.body["results"]?.array ?? []
        #expect(try answer.body["count"] == .integer(Int64(results.count)))
        return results.map { "\($0["service_name"]?.string ?? "")/\($0["job_name"]?.string ?? "")" }
    }

    private func jobs(_ query: String, post body: String? = nil) async throws -> [String] {
        try names(try await api.send(body == nil ? .get : .post, "/jobs" + query, body))
    }

    @Test func `Supports GET or POST, with params in query string or in a JSON body`() async throws {
        let expected = ["shipping/labels"]
        #expect(try await jobs("?service_name=shipping&job_name=labels") == expected)
        #expect(try await jobs("", post: #"{"service_name": "shipping", "job_name": "labels"}"#) == expected)
        #expect(try await jobs("?service_name=shipping", post: #"{"job_name": "labels"}"#) == expected)
        #expect(try names(try await api.send(.get, "/jobs", #"{"service_name": "shipping"}"#)) == expected)
        #expect(try await api.send(.get, "/executions", #"{"service_name": "shipping"}"#).status == 200)
        #expect(api.store.content.queries == [ExecutionQuery(service: "shipping")])
        let withoutBody = try await api.send(.post, "/jobs?service_name=shipping")
        #expect(try names(withoutBody) == expected)
    }

    @Test func `It is possible to make multiple searches in a single request by passing arrays for these values`()
        async throws
    {
        let body = #"{"service_name": ["shipping", "billing"], "job_name": ["labels", "invoices"]}"#
        #expect(try await jobs("", post: body) == ["billing/invoices", "shipping/labels"])
        #expect(
            try await jobs("?service_name=shipping&service_name=billing&job_name=labels&job_name=invoices")
                == ["billing/invoices", "shipping/labels"])
        #expect(
            try await jobs("?service_name=shipping,billing&job_name=labels,invoices")
                == ["billing/invoices", "shipping/labels"])
    }

    @Test func `no params: get all jobs`() async throws {
        let all = ["billing/invoices", "mail/letters", "shipping/labels"]
        #expect(try await jobs("") == all)
        #expect(try await jobs("", post: "{}") == all)
    }

    @Test func `service_name (single string): get all jobs for this service`() async throws {
        api.add(JobName(service: "shipping", job: "boxes"))
        #expect(try await jobs("?service_name=shipping") == ["shipping/boxes", "shipping/labels"])
        #expect(try await jobs("", post: #"{"service_name": "shipping"}"#) == ["shipping/boxes", "shipping/labels"])
    }

    @Test func `service_name + job_name (single string for each or congruent arrays of strings)`() async throws {
        #expect(try await jobs("", post: #"{"service_name": "mail", "job_name": "letters"}"#) == ["mail/letters"])
        // Place by place: there is no job mail/invoices.
        let crossed = #"{"service_name": ["mail", "billing"], "job_name": ["invoices", "letters"]}"#
        #expect(try await jobs("", post: crossed).isEmpty)
        let twice = #"{"service_name": ["mail", "mail"], "job_name": ["letters", "letters"]}"#
        #expect(try await jobs("", post: twice) == ["mail/letters"], "each job once")
    }

    @Test func `arrays that are not congruent are refused with what would be right`() async throws {
        let body = #"{"service_name": ["mail", "billing", "x"], "job_name": ["letters", "invoices"], "limit": 0}"#
        for path in ["/jobs", "/executions"] {
            let answer = try await api.send(.post, path, body)
            #expect(answer.status == 422)
            let errors = try answer.body["errors"]?.array ?? []
            #expect(errors.map { $0["field"]?.string } == ["/job_name", "/limit"], "all mistakes at once")
            #expect(errors[0]["message"]?.string == "has 2 values, and service_name has 3")
            #expect(
                errors[0]["hint"]?.string
                    == "Give one service for each job, in the same order, or a single one for all.")
        }
    }

    @Test func `a single service_name goes with each job_name, and a single job_name with each service`() async throws {
        api.add(JobName(service: "shipping", job: "boxes"))
        api.add(JobName(service: "mail", job: "labels"))
        let ofOne = #"{"service_name": "shipping", "job_name": ["boxes", "labels", "none"]}"#
        #expect(try await jobs("", post: ofOne) == ["shipping/boxes", "shipping/labels"])
        let ofEach = #"{"service_name": ["shipping", "mail"], "job_name": "labels"}"#
        #expect(try await jobs("", post: ofEach) == ["mail/labels", "shipping/labels"])
        #expect(try await jobs("?job_name=labels") == ["mail/labels", "shipping/labels"], "of all services")
    }

    @Test func `job_guid (single string or array of strings)`() async throws {
        let (one, other) = (Self.shipping.id, Self.mail.id)
        #expect(try await jobs("?job_guid=\(one)") == ["shipping/labels"])
        #expect(try await jobs("", post: #"{"job_guid": "\#(one)"}"#) == ["shipping/labels"])
        let both = ["mail/letters", "shipping/labels"]
        #expect(try await jobs("?job_guid=\(one),\(other)") == both)
        #expect(try await jobs("?job_guid=\(one)&job_guid=\(other)") == both)
        #expect(try await jobs("", post: #"{"job_guid": ["\#(one)", "\#(other)", "\#(one)"]}"#) == both)
    }

    @Test func `the example of Get jobs names one job by all three, and finds it`() async throws {
        let name = JobName(service: "my-serv", job: "my-job-42")
        api.add(name)
        let example = """
            {"job_name": "my-job-42", "service_name": "my-serv",
             "job_guid": "\(name.id)"}
            """
        #expect(try await jobs("", post: example) == ["my-serv/my-job-42"])
        // A job must meet every parameter.
        #expect(try await jobs("?service_name=my-serv&job_guid=\(Self.mail.id)").isEmpty)
    }

    @Test func `the example of Get job executions is taken, a time in milliseconds as a number or a text`() async throws
    {
        let more = Paging.token(
            after: ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: 1_568_688_960_500), number: 12))
        for since in ["1568688960000", #""1568688960000""#, #""2019-09-17T02:56:00Z""#] {
            let body = """
                {"job_name": "my-job-42", "more": "\(more)", "service_name": "my-serv", "since": \(since)}
                """
            #expect(try await api.send(.post, "/executions", body).status == 200)
        }
        let expected = ExecutionQuery(
            service: "my-serv", job: "my-job-42", since: Instant(millisecondsSinceEpoch: 1_568_688_960_000),
            more: ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: 1_568_688_960_500), number: 12))
        #expect(api.store.content.queries == [expected, expected, expected])
    }

    @Test func `When there are more results than the response provides, a token is returned (paging.more)`()
        async throws
    {
        var execution = api.execution
        api.store.change { content in
            for _ in 0..<2 {
                execution.id = .random()
                content.executions.append(execution)
            }
        }
        let first = try await api.send(.get, "/executions?limit=2")
        let more = try #require(try first.body["paging"]?["more"]?.string)
        let second = try await api.send(.post, "/executions", #"{"limit": 2, "more": "\#(more)"}"#)
        let results = try [first, second].flatMap { try $0.body["results"]?.array ?? [] }
        #expect(Set(results.compactMap { $0["execution_id"]?.string }).count == 3)
        #expect(try second.body["paging"] == .object(["more": .null]))
    }

    @Test func `the number of results on each page can be anywhere from 0 to 100`() async throws {
        #expect(try await api.send(.get, "/executions?limit=100").status == 200)
        for limit in ["0", "101"] { #expect(try await api.send(.get, "/executions?limit=\(limit)").status == 422) }
        #expect(api.store.content.queries.map(\.limit) == [100])
    }
}
