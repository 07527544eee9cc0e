import HTTPTypes
import Testing

@testable import Console

/// Guarantee: one user does not starve the others of the admin API.
@Suite struct `A key with its share of requests at work` {
    private static let jobs = "/services/billing/jobs"

    /// Sends the requests of a whole share, which the store holds, and one more. Returns its answer, and the others'.
    private func exceed(
        _ api: ConsoleAPI, meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> (refused: ConsoleAPI.Answer, others: [ConsoleAPI.Answer]) {
        try await withThrowingTaskGroup(of: ConsoleAPI.Answer.self) { group in
            api.store.hold()
            for _ in 0...KeyShare.Kind.requests.limit {
                group.addTask { try await api.send(.get, Self.jobs, key: .own) }
            }
            let refused = try #require(try await group.next())
            try await meanwhile()
            api.store.release()
            return (refused, try await group.reduce(into: []) { $0.append($1) })
        }
    }

    @Test func `is answered 429 at once, and may send it again when one has ended`() async throws {
        let api = ConsoleAPI()
        let (refused, others) = try await exceed(api)
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
        #expect(try refused.body["code"]?.string == "too_many_requests")
        let message = "The key “own” has 32 requests at work. Send this one again when one has ended."
        #expect(try refused.body["message"]?.string == message)
        #expect(others.map(\.status) == Array(repeating: 200, count: KeyShare.Kind.requests.limit))
        #expect(try await api.send(.get, Self.jobs, key: .own).status == 200)
    }

    @Test func `delays no other key, and has its share again after requests that failed`() async throws {
        let api = ConsoleAPI()
        for _ in 0...KeyShare.Kind.requests.limit {
            #expect(try await api.send(.get, "/nothing", key: .own).status == 404)
        }
        let (refused, _) = try await exceed(api) {
            let own = try await api.send(.get, "\(Self.jobs)/invoices", key: .own)
            let admin = try await api.send(.get, "\(Self.jobs)/invoices", key: .admin)
            #expect(own.status == 429 && admin.status == 200)
        }
        #expect(refused.status == 429)
    }
}
