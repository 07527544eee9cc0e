import HTTPTypes
import JSON
import JobCore
import Signing
import Store
import Testing

@testable import Console

@Suite struct `The keys of the API` {
    private let api = ConsoleAPI()

    @Test func `are created, used, listed and revoked by an admin`() async throws {
        let created = try await api.send(.post, "/keys", #"{"name": "ci-1", "scope": "service:billing"}"#)
        #expect(created.status == 201 && created.headers[.cacheControl] == "no-store")
        let secret = try #require(try created.body["key"]?.string)
        #expect(try created.body["created_by"] == .string("admin") && created.body["last_used_at"] == .null)
        func use() async throws -> Int {
            try await api.send(.get, "/services/billing/jobs", key: .none, authorization: "Bearer \(secret)").status
        }
        #expect(try await use() == 200)
        _ = try await api.console.keyUse.pass(at: ConsoleAPI.now)

        let list = try await api.send(.get, "/keys")
        #expect(!list.text.contains(secret) && !list.text.contains("\"key\""))
        let key = try list.body["results"]?.array.first { $0["name"] == .string("ci-1") }
        let shown: [String: JSONValue] = [
            "name": .string("ci-1"), "scope": .string("service:billing"), "created_by": .string("admin"),
            "created_at": .string(ConsoleAPI.now.rfc3339), "last_used_at": .string(ConsoleAPI.now.rfc3339),
        ]
        #expect(key == .object(shown))
        #expect(try list.body["count"] == .integer(5) && list.body["paging"]?["more"] == .null)

        #expect(try await api.send(.delete, "/keys/ci-1").status == 204)
        #expect(try await use() == 401, "at once")
        #expect(try await api.send(.delete, "/keys/ci-1").status == 404)
    }

    @Test func `have names that are unique`() async throws {
        let answer = try await api.send(.post, "/keys", #"{"name": "read", "scope": "admin"}"#)
        #expect(answer.status == 409)
        #expect(api.store.content.keys.count == 4)
    }

    @Test(arguments: [
        ("{}", ["/name", "/scope"]), (#"{"name": "a b", "scope": "root", "x": 1}"#, ["/name", "/scope", "/x"]),
        (#"{"name": "a", "scope": "service:"}"#, ["/scope"]), (#"{"name": "a", "scope": "service:a b"}"#, ["/scope"]),
        (#"{"name": 1, "scope": "read"}"#, ["/name"]), (#"{"name": "local:ada", "scope": "read"}"#, ["/name"]),
        (#"{"name": "a\#(String(repeating: "a", count: 128))", "scope": "read"}"#, ["/name"]),
    ])
    func `are refused with all mistakes at once`(body: String, fields: [String]) async throws {
        let answer = try await api.send(.post, "/keys", body)
        #expect(answer.status == 422)
        #expect(try answer.body["errors"]?.array.map { $0["field"]?.string } == fields)
        #expect(api.store.content.keys.count == 4)
    }

    @Test func `are revoked but for the last admin's, which may revoke itself only if there is another`() async throws {
        #expect(try await api.send(.delete, "/keys/admin").status == 409)
        #expect(try await api.send(.post, "/keys", #"{"name": "second", "scope": "admin"}"#).status == 201)
        #expect(try await api.send(.delete, "/keys/admin").status == 204)
        #expect(try await api.send(.get, "/keys").status == 401)
    }
}

@Suite struct `The last use of a key` {
    private let store = MemoryConsoleStore()

    private static func at(_ seconds: Int64) -> Instant { ConsoleAPI.now.adding(seconds: seconds) }

    @Test func `is written soon, and then at most once a minute`() async throws {
        let use = KeyUse(store: store)
        _ = try await use.pass(at: Self.at(0))
        use.note("a", at: Self.at(0))
        for second in Int64(1)...59 {
            _ = try await use.pass(at: Self.at(second))
            use.note("a", at: Self.at(second))
        }
        #expect(store.content.noted == [["a": Self.at(0)]])
        use.note("b", at: Self.at(60))
        _ = try await use.pass(at: Self.at(60))
        #expect(store.content.noted.last == ["b": Self.at(60)])
        for second in Int64(61)...200 { _ = try await use.pass(at: Self.at(second)) }
        #expect(store.content.noted == [["a": Self.at(0)], ["b": Self.at(60)], ["a": Self.at(59)]])
    }

    @Test func `waits for a store that is unavailable, and for no clock`() async throws {
        let use = KeyUse(store: store)
        use.note("a", at: Self.at(0))
        store.change { $0.failure = .unavailable("locked") }
        await #expect(throws: StoreError.self) { _ = try await use.pass(at: Self.at(1)) }
        store.change { $0.failure = nil }
        _ = try await use.pass(at: Self.at(2))
        use.note("a", at: Self.at(-500))
        _ = try await use.pass(at: Self.at(-500))
        #expect(store.content.noted == [["a": Self.at(0)], ["a": Self.at(-500)]])
    }

    @Test func `is noted for a valid key only, whatever the answer`() async throws {
        let api = ConsoleAPI()
        _ = try await api.send(.get, "/keys", key: .read)
        _ = try await api.send(.get, "/jobs", key: .none, authorization: "Bearer wrong")
        _ = try await api.console.keyUse.pass(at: ConsoleAPI.now)
        #expect(api.store.content.noted == [["read": ConsoleAPI.now]])
    }
}
