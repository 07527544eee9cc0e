import HTTPTypes
import JSON
import JobCore
import Store
import Testing

@testable import Console

@Suite struct `The parameters of a search` {
    private let api = ConsoleAPI()

    private func fields(_ answer: ConsoleAPI.Answer) throws -> [String?] {
        #expect(answer.status == 422, "\(answer.text)")
        return try (answer.body["errors"]?.array ?? []).map { $0["field"]?.string }
    }

    @Test func `reach the store, each as it is meant`() async throws {
        let id = ExecutionID.random()
        let path = "/executions?trigger=retry&retry_of=\(id)&tag=nightly&job_guid=\(ConsoleAPI.job.id)&status=success"
        #expect(try await api.send(.get, path).status == 200)
        #expect(
            api.store.content.queries == [
                ExecutionQuery(
                    jobs: JobFilter(ids: [ConsoleAPI.job.id], tag: "nightly"), status: .success, trigger: .retry,
                    retryOf: id)
            ])
    }

    @Test func `find jobs by tag, owner and whether they are enabled`() async throws {
        api.store.change { content in
            for (name, tag, owner, isEnabled) in [
                ("a", "nightly", "team", true), ("b", "nightly", nil, false), ("c", "daily", "team", false),
            ] as [(String, String, String?, Bool)] {
                let name = JobName(service: "s", job: name)
                guard var stored = content.jobs[ConsoleAPI.job] else { continue }
                stored.job.name = name
                (stored.job.tags, stored.job.owner, stored.job.isEnabled) = ([tag], owner, isEnabled)
                content.jobs[name] = stored
            }
        }
        for (query, expected) in [
            ("tag=nightly", ["a", "b"]), ("owner=team", ["a", "c"]), ("tag=nightly&enabled=false", ["b"]),
            ("enabled=true&service_name=s", ["a"]), ("tag=none", []),
        ] {
            let answer = try await api.send(.get, "/jobs?\(query)")
            let names = try (answer.body["results"]?.array ?? []).compactMap { $0["job_name"]?.string }
            #expect(names == expected, "\(query)")
        }
        let posted = try await api.send(.post, "/jobs", #"{"enabled": false, "tag": "daily", "owner": "team"}"#)
        #expect(try posted.body["count"] == .integer(1))
    }

    @Test(arguments: [
        (#"{"service_name": ["a", 1, true]}"#, ["/service_name/1"]),
        (#"{"service_name": ["a", "b c"], "job_name": ["", "x"]}"#, ["/service_name/1", "/job_name/0"]),
        (#"{"job_guid": ["no", "a732c557-f64e-5b40-8b3d-d6cd609ee8cf", "neither"]}"#, ["/job_guid/0", "/job_guid/2"]),
        (#"{"job_guid": "no"}"#, ["/job_guid"]), (#"{"job_guid": []}"#, ["/job_guid"]),
        (#"{"job_name": {}}"#, ["/job_name"]), (#"{"job_name": true}"#, ["/job_name"]),
        (#"{"tag": ["a"]}"#, ["/tag"]), (#"{"enabled": "yes"}"#, ["/enabled"]), (#"{"enabled": 1}"#, ["/enabled"]),
        (#"{"owner": "a b"}"#, ["/owner"]), (#"{"y": 1, "x": []}"#, ["/y", "/x"]),
        (#"{"status": "fail"}"#, ["/status"]), (#"{"limit": 1001, "tag": false}"#, ["/tag", "/limit"]),
    ]) func `of jobs are refused with every mistake, by its place`(body: String, expected: [String]) async throws {
        let known = try fields(try await api.send(.post, "/jobs", body))
        #expect(Set(known) == Set(expected))
    }

    @Test(arguments: [
        ("trigger=never", ["/trigger"]), ("retry_of=1", ["/retry_of"]), ("owner=team", ["/owner"]),
        ("enabled=true", ["/enabled"]), ("service_name=a,,b", ["/service_name/1"]),
        ("job_name=a&job_name=b&service_name=a,b,c", ["/job_name"]), ("tag=a&tag=b", ["/tag"]),
    ]) func `of executions are refused with every mistake`(query: String, expected: [String]) async throws {
        #expect(try fields(try await api.send(.get, "/executions?\(query)")) == expected)
    }

    @Test func `are a hundred names at most`() async throws {
        let names = (0..<101).map { "j\($0)" }
        let list = { (count: Int) in names.prefix(count).map { #""\#($0)""# }.joined(separator: ",") }
        #expect(try await api.send(.post, "/jobs", #"{"job_name": [\#(list(100))]}"#).status == 200)
        #expect(try fields(try await api.send(.post, "/jobs", #"{"job_name": [\#(list(101))]}"#)) == ["/job_name"])
        let query = names.joined(separator: ",")
        #expect(try fields(try await api.send(.get, "/executions?job_name=\(query)")) == ["/job_name"])
    }

    @Test func `in the body and in the query at once are refused`() async throws {
        let answer = try await api.send(.post, "/jobs?service_name=a", #"{"service_name": "a"}"#)
        #expect(try fields(answer) == ["/service_name"])
    }

    @Test(arguments: ["/jobs", "/executions"])
    func `of a service's key name its service, and no other one`(path: String) async throws {
        let guid = ConsoleAPI.job.id
        for body in [
            #"{"service_name": "billing"}"#, #"{"service_name": ["billing", "billing"]}"#,
            #"{"service_name": "billing", "job_name": ["invoices", "x"], "job_guid": "\#(guid)"}"#,
        ] { #expect(try await api.send(.post, path, body, key: .own).status == 200, "\(body)") }
        for body in [
            "{}", #"{"job_name": "invoices"}"#, #"{"job_guid": "\#(guid)"}"#, #"{"tag": "nightly"}"#,
            #"{"service_name": ["billing", "shipping"]}"#,
        ] { #expect(try await api.send(.post, path, body, key: .own).status == 403, "\(body)") }
    }

    @Test func `of a service's key lead to no other service by a guid`() async throws {
        let other = JobName(service: "shipping", job: "labels")
        api.add(other)
        for path in ["/jobs?service_name=billing&job_guid=\(other.id)", "/services/billing/jobs?job_guid=\(other.id)"] {
            let answer = try await api.send(.get, path, key: .own)
            #expect(try answer.body["count"] == .integer(0), "\(path)")
        }
    }

    @Test func `below a path are about its service, with several of its jobs`() async throws {
        api.add(JobName(service: "billing", job: "reminders"))
        let answer = try await api.send(
            .post, "/services/billing/jobs", #"{"job_name": ["reminders", "invoices", "none"]}"#, key: .own)
        let names = try (answer.body["results"]?.array ?? []).compactMap { $0["job_name"]?.string }
        #expect(names == ["invoices", "reminders"])
        #expect(
            try fields(try await api.send(.post, "/services/billing/jobs", #"{"service_name": "billing"}"#))
                == ["/service_name"])
    }

    @Test func `of a page are the token of an execution's place`() {
        for (milliseconds, number) in [(0, 1), (1_900_000_000_000, 77), (.min, .max), (-1, 5)] as [(Int64, Int64)] {
            let position = ExecutionPosition(
                occurrence: Instant(millisecondsSinceEpoch: milliseconds), number: number)
            #expect(Paging.executionPosition(Paging.token(after: position)) == position)
        }
    }
}
