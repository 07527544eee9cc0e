import HTTPTypes
import JSON
import JobCore
import Messaging
import Testing

@testable import Console

@Suite struct `The share of a key in an answer` {
    private let api = ConsoleAPI()
    private static let requests = #""requests";q=32;qu="concurrent-requests""#
    private static let letters = #""dead-letters";q=4;qu="concurrent-requests""#
    private static let verifications = #""verifications";q=4;qu="concurrent-requests""#

    private func fields(_ answer: ConsoleAPI.Answer, _ name: String) throws -> [String] {
        answer.headers[values: try #require(HTTPField.Name(name))].sorted()
    }

    /// What is sent, the answer's status, and the policies and shares in it.
    static let table: [(HTTPRequest.Method, String, ConsoleAPI.Key, Int, [String], [String])] = [
        (.get, "/jobs", .admin, 200, [requests], [#""requests";r=31"#]),
        (.get, "/jobs?limit=0", .admin, 422, [requests], [#""requests";r=31"#]),
        (.get, "/jobs", .own, 403, [requests], [#""requests";r=31"#]),
        (.get, "/nothing", .own, 404, [requests], [#""requests";r=31"#]),
        (.delete, "/jobs", .own, 405, [requests], [#""requests";r=31"#]),
        (.get, "/jobs", .none, 401, [], []),
        (.get, "/dead-letters", .admin, 200, [letters, requests], [#""dead-letters";r=3"#, #""requests";r=31"#]),
        (.get, "/dead-letters", .own, 403, [requests], [#""requests";r=31"#]),
        (
            .put, "/services/billing/jobs/invoices?verify=true", .admin, 503, [requests, verifications],
            [#""requests";r=31"#, #""verifications";r=3"#]
        ),
    ]

    @Test(arguments: table)
    func `is in RateLimit-Policy and RateLimit, whatever the status`(
        method: HTTPRequest.Method, path: String, key: ConsoleAPI.Key, status: Int, policies: [String], limits: [String]
    ) async throws {
        let answer = try await api.send(method, path, method == .put ? ConsoleAPI.document : nil, key: key)
        #expect(answer.status == status)
        #expect(try fields(answer, "RateLimit-Policy") == policies.sorted())
        #expect(try fields(answer, "RateLimit") == limits.sorted())
        #expect(answer.headers[.retryAfter] == (status == 503 ? "2" : nil))
    }

    @Test func `is nothing in the answer 429, which says when to send the request again`() async throws {
        let verifications = api.console.verifications
        for _ in 0..<KeyShare.Kind.verifications.limit { #expect(verifications.begin("own") != nil) }
        let answer = try await api.send(
            .put, "/services/billing/jobs/invoices?verify=true", ConsoleAPI.document, key: .own)
        #expect(answer.status == 429 && answer.headers[.retryAfter] == "1")
        #expect(try fields(answer, "RateLimit") == [#""requests";r=31"#, #""verifications";r=0"#])
    }

    @Test func `is in the answer of a job that was put after its test`() async throws {
        let pending = api.execution
        api.store.change { content in
            content.recorded = { id in
                var execution = pending
                execution.id = id
                execution.state.status = .success
                return execution
            }
        }
        let answer = try await api.send(.put, "/services/billing/jobs/invoices?verify=true", ConsoleAPI.document)
        #expect(answer.status == 200)
        #expect(try fields(answer, "RateLimit-Policy") == [Self.requests, Self.verifications].sorted())
    }
}
