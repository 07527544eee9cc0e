import HTTPTypes
import InMemoryLogging
import JSON
import JobCore
import Logging
import Messaging
import MessagingTesting
import Store
import Testing

@testable import Console

@Suite struct `A batch of jobs` {
    private static let fields = ConsoleAPI.document.dropFirst().dropLast()

    private static func job(_ job: String, _ more: String = "", service: String = "billing") -> String {
        #"{"service_name": "\#(service)", "job_name": "\#(job)", \#(fields)\#(more)}"#
    }

    private static func deletion(_ job: String, _ more: String = "", service: String = "billing") -> String {
        #"{"service_name": "\#(service)", "job_name": "\#(job)"\#(more)}"#
    }

    private static func body(put: [String] = [], delete: [String] = []) -> String {
        "{\"put\": [\(put.joined(separator: ", "))], \"delete\": [\(delete.joined(separator: ", "))]}"
    }

    private static func send(
        _ api: ConsoleAPI, put: [String] = [], delete: [String] = [], key: ConsoleAPI.Key = .admin
    ) async throws -> ConsoleAPI.Answer {
        try await api.send(.post, "/jobs:batch", body(put: put, delete: delete), key: key)
    }

    private static func names(_ api: ConsoleAPI) -> Set<String> {
        Set(api.store.content.jobs.keys.map { "\($0)" })
    }

    @Test func `creates, replaces and deletes jobs, and publishes what changed`() async throws {
        let api = ConsoleAPI()
        api.add(JobName(service: "shipping", job: "old"))
        let answer = try await Self.send(
            api, put: [Self.job("new", service: "shipping"), Self.job("invoices", #", "description": "x""#)],
            delete: [Self.deletion("old", service: "shipping"), Self.deletion("none")])
        #expect(answer.status == 200, "\(answer.text)")
        let body = try answer.body
        let puts = body["put"]?.array ?? []
        #expect(puts.map { $0["created"] } == [.bool(true), .bool(false)])
        #expect(puts.map { $0["job_name"]?.string } == ["new", "invoices"])
        let jobs = api.store.content.jobs
        #expect(
            puts.map { $0["etag"]?.string } == [
                jobs[JobName(service: "shipping", job: "new")]?.etag, jobs[ConsoleAPI.job]?.etag,
            ])
        let deleted: [String: JSONValue] = ["service_name": .string("shipping"), "job_name": .string("old")]
        #expect(body["deleted"] == .array([.object(deleted)]), "a job that was not there is left out")
        #expect(Self.names(api) == ["billing/invoices", "shipping/new"])
        #expect(
            Set(api.memory.unrouted.map(\.routingKey)) == [
                "job.changed.shipping.new", "job.changed.billing.invoices", "job.changed.shipping.old",
            ])
        #expect(api.store.content.authors.map(\.name) == ["admin"])
        #expect(try await Self.send(api).status == 200, "an empty batch changes nothing")
    }

    @Test func `of 500 jobs publishes each change once, later if the broker is unavailable`() async throws {
        let api = ConsoleAPI()
        let jobs = (0..<JobBatchDocument.jobsMax).map { Self.job("j\($0)") }
        #expect(try await Self.send(api, put: jobs).status == 200)
        #expect(api.memory.unrouted.count == 500 && Set(api.memory.unrouted.map(\.routingKey)).count == 500)
        api.memory.setAvailable(false)
        #expect(try await Self.send(api, delete: (0..<3).map { Self.deletion("j\($0)") }).status == 200)
        #expect(api.log.entries.count { $0.message == "job.changed waits for the broker" } == 3)
    }

    @Test func `is refused as a whole with every mistake in it, each with its place`() async throws {
        let api = ConsoleAPI()
        let answer = try await Self.send(
            api,
            put: [
                Self.job("a"), Self.job("b").replacing("60", with: "0"), "7", "{}", Self.job("a b"),
                Self.job("c", #", "retry": {"max_attempts": 99}, "etag": 1"#), Self.job("a"),
                Self.job("d", #", "create_only": true, "etag": "x""#), Self.job("e", #", "headers": {"X": "***"}"#),
            ],
            delete: [Self.deletion("a"), Self.deletion("f", #", "force": true"#)])
        #expect(answer.status == 422)
        let errors = try answer.body["errors"]?.array ?? []
        let found = errors.map { "\($0["field"]?.string ?? "") \($0["code"]?.string ?? "")" }
        let expected = [
            "/put/2 wrong_type", "/put/3/service_name missing", "/put/3/job_name missing", "/put/4/job_name invalid",
            "/put/5/etag wrong_type", "/put/6 not_allowed", "/put/7/create_only not_allowed", "/delete/0 not_allowed",
            "/delete/1/force unknown_field", "/put/1/ttl_seconds out_of_range", "/put/3/async missing",
            "/put/3/enabled missing", "/put/3/exclusive missing", "/put/3/invocation_type missing",
            "/put/3/invocation_target missing", "/put/3/schedule missing", "/put/3/ttl_seconds missing",
            "/put/5/retry/max_attempts out_of_range", "/put/8/headers/X not_allowed",
        ]
        #expect(Set(found) == Set(expected) && found.count == expected.count, "\(found)")
        #expect(errors.first { $0["field"]?.string == "/put/6" }?["message"]?.string?.contains("/put/0") == true)
        #expect(Self.names(api) == ["billing/invoices"] && api.memory.unrouted.isEmpty)
    }

    private static let permissions: [(ConsoleAPI.Key, Int)] = [
        (.admin, 200), (.read, 403), (.own, 403), (.other, 403), (.none, 401),
    ]

    @Test(arguments: permissions)
    func `needs permission for the service of each job in it`(key: ConsoleAPI.Key, status: Int) async throws {
        for (put, delete) in [
            ([Self.job("a"), Self.job("b", service: "shipping")], []),
            ([Self.job("a")], [Self.deletion("b", service: "shipping")]),
        ] {
            let api = ConsoleAPI()
            #expect(try await Self.send(api, put: put, delete: delete, key: key).status == status)
            #expect((Self.names(api).count > 1) == (status == 200))
        }
        let api = ConsoleAPI()
        let own = try await Self.send(api, put: [Self.job("a"), Self.job("b")], key: .own)
        #expect(own.status == 200, "\(own.text)")
        let wrong = try await Self.send(api, put: [Self.job("a", ", \"x\": 1", service: "shipping")], key: .own)
        #expect(wrong.status == 403, "what is wrong in it is not its business")
    }

    @Test func `with a version that is another's changes nothing, and names the jobs`() async throws {
        let api = ConsoleAPI()
        let etag = try #require(api.store.content.jobs[ConsoleAPI.job]?.etag)
        let answer = try await Self.send(
            api,
            put: [
                Self.job("new"), Self.job("invoices", #", "create_only": true"#), Self.job("none", #", "etag": "x""#),
            ],
            delete: [Self.deletion("gone", #", "etag": "x""#)])
        #expect(answer.status == 412)
        let body = try answer.body
        #expect(body["code"]?.string == "precondition_failed")
        let errors = body["errors"]?.array ?? []
        #expect(errors.map { $0["field"]?.string } == ["/put/1", "/put/2", "/delete/0"])
        #expect(errors.allSatisfy { $0["code"]?.string == "changed" })
        #expect(
            errors.map { $0["message"]?.string } == [
                "billing/invoices exists", "billing/none is not there", "billing/gone is not there",
            ])
        #expect(Self.names(api) == ["billing/invoices"] && api.memory.unrouted.isEmpty)
        let right = try await Self.send(
            api, put: [Self.job("new", #", "create_only": true"#)],
            delete: [Self.deletion("invoices", #", "etag": "\#(etag)""#)])
        #expect(right.status == 200 && Self.names(api) == ["billing/new"])
    }

    @Test func `keeps hidden values of headers, and a time in the past that is on record`() async throws {
        let api = ConsoleAPI()
        let past = ScheduleKey("at(2020-01-01T00:00:00)")
        api.store.change {
            $0.jobs[ConsoleAPI.job]?.job.headers = ["X-A": "secret"]
            $0.jobs[ConsoleAPI.job]?.job.schedule = past
        }
        func put(_ name: String, _ more: String) async throws -> ConsoleAPI.Answer {
            let job = Self.job(name, more).replacing("rate(5 minutes)", with: past.expression)
            return try await Self.send(api, put: [job], key: .own)
        }
        let kept = try await put("invoices", #", "headers": {"X-A": "***"}, "description": "new""#)
        #expect(kept.status == 200, "\(kept.text)")
        let job = api.store.content.jobs[ConsoleAPI.job]?.job
        #expect(job?.headers == ["X-A": "secret"] && job?.description == "new" && job?.schedule == past)
        #expect(try await put("other", "").status == 422)
        api.store.change { content in
            let store = api.store
            content.beforeWrite = { store.change { $0.jobs[ConsoleAPI.job]?.job.headers = ["X-A": "newer"] } }
        }
        let raced = try await put("invoices", #", "headers": {"X-A": "***"}"#)
        #expect(raced.status == 412 && api.store.content.jobs[ConsoleAPI.job]?.job.headers == ["X-A": "newer"])
    }

    private static let hostile: [(String, String, Int)] = [
        ("no object", "[]", 400), ("no list", #"{"put": {}}"#, 422), ("another field", #"{"puts": []}"#, 422),
        ("deep", String(repeating: "[", count: 4_000_000), 400),
        ("many values", "{\"put\": [" + String(repeating: "0,", count: 150_000) + "0]}", 400),
        ("501 jobs", body(put: (0...500).map { job("j\($0)") }), 422),
        (
            "501 in two lists",
            body(put: (0..<300).map { job("j\($0)") }, delete: (0..<201).map { deletion("d\($0)") }), 422
        ),
        ("500 wrong jobs", body(put: (0..<500).map { job("j\($0)", ", \"retry\": 1, \"tags\": 1, \"x\": 1") }), 422),
        ("a large unknown field", body(put: [job("a", ", \"\(String(repeating: "x", count: 5_000_000))\": 1")]), 422),
        ("90,000 unknown fields", body(put: [job("a", (0..<90_000).map { ", \"x\($0)\": 1" }.joined())]), 422),
        ("too large", body(put: [job("a", ", \"payload\": \"\(String(repeating: "x", count: 9_000_000))\"")]), 413),
    ]

    @Test(arguments: hostile)
    func `that is hostile is answered, shortly and soon`(what: String, body: String, status: Int) async throws {
        let api = ConsoleAPI()
        let answer = try await api.send(.post, "/jobs:batch", body)
        #expect(answer.status == status && answer.text.utf8.count < 100_000, "\(what): \(answer.text.prefix(300))")
        #expect(Self.names(api) == ["billing/invoices"])
    }

    @Test func `takes the largest job that is allowed, and as many as fit its body`() async throws {
        let api = ConsoleAPI()
        let payload = String(repeating: "x", count: Limits.payloadBytesMax)
        let jobs = (0..<30).map { Self.job("j\($0)", ", \"payload\": \"\(payload)\"") }
        #expect(try await Self.send(api, put: jobs).status == 200)
        #expect(Self.names(api).count == 31)
    }

    @Test func `is refused while its key has four at work, and makes no other key wait`() async throws {
        let api = ConsoleAPI()
        for _ in 0..<KeyShare.Kind.batches.limit { #expect(api.console.batches.begin("own") != nil) }
        #expect(try await Self.send(api, put: [Self.job("a")], key: .own).status == 429)
        #expect(try await Self.send(api, put: [Self.job("a")]).status == 200)
        api.console.batches.end("own")
        for _ in 0..<2 { #expect(try await Self.send(api, put: [Self.job("a")], key: .own).status == 200) }
    }
}
