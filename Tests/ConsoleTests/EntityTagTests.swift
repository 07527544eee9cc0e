import Determinism
import HTTPTypes
import JSON
import JobCore
import MessagingTesting
import Store
import Testing

/// RFC 9110, section 13, for jobs.
@Suite struct `The version of a job` {
    private static let path = "/services/billing/jobs/invoices"
    private static let absent = "/services/billing/jobs/none"

    /// `{etag}` is the job's tag in quotes.
    private static func send(
        _ api: ConsoleAPI, _ method: HTTPRequest.Method, _ path: String, _ headers: [HTTPField.Name: String],
        body: String? = nil
    ) async throws -> ConsoleAPI.Answer {
        let etag = api.store.content.jobs[ConsoleAPI.job]?.etag ?? ""
        return try await api.send(
            method, path, body ?? (method == .put ? ConsoleAPI.document : nil),
            headers: headers.mapValues { $0.replacing("{etag}", with: "\"\(etag)\"") })
    }

    @Test func `is in the header ETag and in the body of every answer that shows the job`() async throws {
        let api = ConsoleAPI()
        let etag = try #require(api.store.content.jobs[ConsoleAPI.job]?.etag)
        #expect(etag.wholeMatch(of: #/[0-9a-f]{32}/#) != nil)
        let shown = try await api.send(.get, Self.path)
        #expect(shown.headers[.eTag] == "\"\(etag)\"" && shown.headers[.cacheControl] == "no-store")
        #expect(try shown.body["etag"]?.string == etag)
        #expect(try await api.send(.head, Self.path).headers[.eTag] == "\"\(etag)\"")
        #expect(try await api.send(.get, "/jobs").body["results"]?.array.first?["etag"]?.string == etag)
        let same = try await api.send(.put, Self.path, ConsoleAPI.document)
        #expect(same.status == 200 && same.headers[.eTag] == "\"\(etag)\"", "nothing changed")
        let other = ConsoleAPI.document.replacing("\"ttl_seconds\": 60", with: "\"ttl_seconds\": 61")
        let put = try await api.send(.put, Self.path, other)
        let changed = try #require(put.headers[.eTag])
        #expect(changed != "\"\(etag)\"", "the same millisecond, and another document")
        #expect(try put.body["etag"]?.string.map { "\"\($0)\"" } == changed)
        api.time.pass(milliseconds: 1)
        #expect(try await api.send(.put, Self.path, ConsoleAPI.document).headers[.eTag] != "\"\(etag)\"")
        #expect(
            try await api.send(.get, Self.path, key: .own).headers[.eTag] == api.send(.get, Self.path).headers[.eTag])
    }

    private static let conditions: [(HTTPRequest.Method, String, [HTTPField.Name: String], Int)] = [
        (.put, path, [.ifMatch: "{etag}"], 200), (.put, path, [.ifMatch: "*"], 200),
        (.put, path, [.ifMatch: " * "], 200), (.put, path, [.ifMatch: "\"x\", {etag}"], 200),
        (.put, path, [.ifMatch: ", ,{etag},"], 200), (.put, path, [.ifMatch: "\"a,b\",{etag}"], 200),
        (.put, path, [.ifMatch: "\"x\""], 412), (.put, path, [.ifMatch: "W/{etag}"], 412),
        (.put, path, [.ifMatch: "\"\""], 412), (.put, absent, [.ifMatch: "*"], 412),
        (.put, absent, [.ifMatch: "{etag}"], 412), (.put, absent, [.ifNoneMatch: "*"], 201),
        (.put, path, [.ifNoneMatch: "*"], 412), (.put, path, [.ifNoneMatch: "{etag}"], 412),
        (.put, path, [.ifNoneMatch: "W/{etag}"], 412), (.put, path, [.ifNoneMatch: "\"x\""], 200),
        (.put, absent, [.ifNoneMatch: "\"x\""], 201), (.put, path, [.ifMatch: "{etag}", .ifNoneMatch: "*"], 412),
        (.put, path, [.ifMatch: "{etag}", .ifNoneMatch: "\"x\""], 200),
        (.delete, path, [.ifMatch: "{etag}"], 204), (.delete, path, [.ifMatch: "*"], 204),
        (.delete, path, [.ifMatch: "\"x\""], 412), (.delete, path, [.ifMatch: "W/{etag}"], 412),
        (.delete, path, [.ifNoneMatch: "*"], 412), (.delete, absent, [.ifMatch: "*"], 404),
        (.delete, absent, [.ifMatch: "\"x\""], 404),
        (.get, path, [.ifNoneMatch: "{etag}"], 304), (.get, path, [.ifNoneMatch: "W/{etag}"], 304),
        (.get, path, [.ifNoneMatch: "*"], 304), (.head, path, [.ifNoneMatch: "{etag}"], 304),
        (.get, path, [.ifNoneMatch: "\"x\""], 200), (.get, path, [.ifMatch: "{etag}"], 200),
        (.get, path, [.ifMatch: "\"x\""], 412), (.get, absent, [.ifNoneMatch: "*"], 404),
    ]

    @Test(arguments: conditions)
    func `decides about a request with a precondition`(
        method: HTTPRequest.Method, path: String, headers: [HTTPField.Name: String], status: Int
    ) async throws {
        let api = ConsoleAPI()
        let before = api.store.content.jobs
        let answer = try await Self.send(api, method, path, headers)
        #expect(answer.status == status, "\(answer.text)")
        if status == 304 { #expect(answer.text.isEmpty && answer.headers[.eTag] != nil) }
        if status == 412, method != .head {
            #expect(try answer.body["code"]?.string == "precondition_failed")
            #expect(api.store.content.jobs == before && api.memory.unrouted.isEmpty)
        }
    }

    @Test(arguments: ["x", "\"x", "*,\"x\"", "\"x\" \"y\"", "", ",", "w/\"x\"", "W/x", "**"])
    func `is not guessed from a header of another form, and then nothing is done`(value: String) async throws {
        let api = ConsoleAPI()
        let before = api.store.content.jobs
        for name in [HTTPField.Name.ifMatch, .ifNoneMatch] {
            for method in [HTTPRequest.Method.put, .delete, .get] {
                #expect(try await Self.send(api, method, Self.path, [name: value]).status == 400)
            }
        }
        #expect(api.store.content.jobs == before)
    }

    @Test func `is compared when the store writes, not when the request came`() async throws {
        let api = ConsoleAPI()
        let other = ConsoleAPI.document.replacing("\"ttl_seconds\": 60", with: "\"ttl_seconds\": 61")
        let etag = try #require(api.store.content.jobs[ConsoleAPI.job]?.etag)
        api.store.change { content in
            let store = api.store
            content.beforeWrite = {
                store.change { $0.jobs[ConsoleAPI.job]?.job.ttlSeconds = 9 }
            }
        }
        let put = try await api.send(.put, Self.path, other, headers: [.ifMatch: "\"\(etag)\""])
        #expect(put.status == 412 && api.store.content.jobs[ConsoleAPI.job]?.job.ttlSeconds == 9)
    }

    @Test func `keeps a hidden header's value from coming back when it was replaced meanwhile`() async throws {
        let api = ConsoleAPI()
        api.store.change { $0.jobs[ConsoleAPI.job]?.job.headers = ["X-A": "old"] }
        api.store.change { content in
            let store = api.store
            content.beforeWrite = { store.change { $0.jobs[ConsoleAPI.job]?.job.headers = ["X-A": "new"] } }
        }
        let body = ConsoleAPI.document.dropLast() + ", \"headers\": {\"X-A\": \"***\"}}"
        let put = try await api.send(.put, Self.path, String(body), key: .own)
        #expect(put.status == 409 && api.store.content.jobs[ConsoleAPI.job]?.job.headers == ["X-A": "new"])
    }

    @Test func `is asked for before the target of a job is tested`() async throws {
        let api = ConsoleAPI()
        let put = try await Self.send(api, .put, Self.path + "?verify=true", [.ifMatch: "\"x\""])
        #expect(put.status == 412 && api.memory.unrouted.isEmpty)
        #expect(api.memory.waiting(in: "dispatcher.runs").isEmpty)
    }
}
