import HTTPTypes
import JSON
import JobCore
import Store
import Testing

@testable import Console

@Suite struct `The headers of a job` {
    private static let path = "/services/billing/jobs/invoices"

    private static func document(_ headers: String, target: String = "https://example.com/hook") -> String {
        ConsoleAPI.document.replacing("https://example.com/hook", with: target).dropLast()
            + ", \"headers\": \(headers)}"
    }

    private func api() async throws -> ConsoleAPI {
        let api = ConsoleAPI()
        let put = try await api.send(.put, Self.path, Self.document(#"{"Authorization": "Bearer s3cret", "X-A": "b"}"#))
        #expect(put.status == 200)
        return api
    }

    private func headers(on api: ConsoleAPI) -> [String: String]? {
        api.store.content.jobs[ConsoleAPI.job]?.job.headers
    }

    @Test func `show their values to an admin only, in every answer`() async throws {
        let api = try await api()
        for (key, isShown) in [(ConsoleAPI.Key.admin, true), (.read, false), (.own, false)] {
            for path in [Self.path, "/services/billing/jobs"] {
                let text = try await api.send(.get, path, key: key).text
                #expect(text.contains("s3cret") == isShown && text.contains("Authorization"))
            }
        }
        let put = try await api.send(.put, Self.path, Self.document(#"{"X-A": "s3cret"}"#), key: .own)
        #expect(put.status == 200 && !put.text.contains("s3cret"))
    }

    @Test func `keep their values when a job is put back as it was shown`() async throws {
        let api = try await api()
        let shown = try await api.send(.get, Self.path, key: .own).body["headers"]?.text ?? ""
        #expect(try await api.send(.put, Self.path, Self.document(shown), key: .own).status == 200)
        #expect(headers(on: api) == ["Authorization": "Bearer s3cret", "X-A": "b"])
    }

    @Test func `are not sent to another target by a key that can't see them`() async throws {
        let api = try await api()
        let body = Self.document(#"{"Authorization": "***"}"#, target: "https://example.com.evil.test/hook")
        let answer = try await api.send(.put, Self.path, body, key: .own)
        #expect(answer.status == 422)
        #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == ["/headers/Authorization"])
        #expect(headers(on: api)?["Authorization"] == "Bearer s3cret")
    }

    private static func job(_ target: InvocationTarget) -> Job {
        Job(
            name: JobName(service: "billing", job: "invoices"), target: target,
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
    }

    @Test(arguments: [
        (InvocationTarget.Kind.sqs, "https://sqs.eu-west-1.amazonaws.com/210987654321/jobs"),
        (.rabbitmq, "https://example.com/hook"),
    ]) func `are not sent to another queue of the same host, nor over another type`(
        kind: InvocationTarget.Kind, address: String
    ) throws {
        let own = kind == .sqs ? "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs" : address
        var current = Self.job(InvocationTarget(kind: kind == .sqs ? .sqs : .http, address: own))
        current.headers = ["Authorization": "Bearer s"]
        var job = Self.job(InvocationTarget(kind: kind, address: address))
        job.headers = ["Authorization": "***"]
        #expect(throws: InvalidDocument.self) { try HiddenHeaders.restored(job, from: current) }
        job.target = current.target
        #expect(try HiddenHeaders.restored(job, from: current) == current.headers)
    }

    @Test func `are refused hidden where none is on record`() async throws {
        let api = try await api()
        let answer = try await api.send(.put, Self.path, Self.document(#"{"X-New": "***"}"#))
        #expect(answer.status == 422)
        #expect(try await api.send(.put, "/services/billing/jobs/new", Self.document(#"{"X-A": "***"}"#)).status == 422)
    }
}
