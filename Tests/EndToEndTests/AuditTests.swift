import Foundation
import JSON
import TestServers
import Testing

extension EndToEnd {
    /// Guarantee: every change leaves an entry, with who made it and in which request.
    @Suite struct AuditTests {
        private static let secrets = ["audit-header-5f1b", "audit-query-5f1b"]

        private static func job(ttlSeconds: Int64, header: String) -> JSONValue {
            .object([
                "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(false),
                "invocation_type": .string("http"), "ttl_seconds": .integer(ttlSeconds),
                "invocation_target": .string("http://127.0.0.1:9/hook?key=\(secrets[1])"), "schedule": EndToEnd.never,
                "headers": .object(["Authorization": .string(header)]),
            ])
        }

        @Test func `a key is created, used and revoked, and its changes are in the audit trail`() async throws {
            let belfry = try await EndToEnd.installation()
            let url = try #require(belfry.settings["BELFRY_API_URL"])
            let created = try await belfry.belfry(["keys", "create", "auditor", "--scope", "service:audited", "--json"])
            let secret = try #require(try JSONValue(parsing: Array(created.output.utf8))["key"]?.string)
            func send(
                _ method: String, _ path: String, _ body: JSONValue? = nil
            ) async throws -> (status: Int, text: String) {
                try await belfry.http(
                    method, url + path, body: body?.text, headers: ["Authorization": "Bearer \(secret)"])
            }
            let path = "/services/audited/jobs/ledger"
            #expect(try await send("PUT", path, Self.job(ttlSeconds: 60, header: "old-5f1b")).status == 201)
            let changed = Self.job(ttlSeconds: 90, header: Self.secrets[0])
            #expect(try await send("PUT", path, changed).status == 200)
            #expect(try await send("DELETE", path).status == 204)

            let lastUse = try await until("the last use of the key is shown") {
                let listed = try await belfry.belfry(["keys", "list", "--json"])
                let keys = try JSONValue(parsing: Array(listed.output.utf8)).array ?? []
                return keys.first { $0["name"]?.string == "auditor" }?["last_used_at"]?.string
            }
            #expect(lastUse.hasSuffix("Z"))

            let trail = try await send("GET", "/audit?service_name=audited&actor=auditor").text
            let entries = try JSONValue(parsing: Array(trail.utf8))["results"]?.array ?? []
            #expect(entries.map { $0["action"]?.string } == ["job.deleted", "job.put", "job.put"])
            #expect(entries.map { $0["before"]?["ttl_seconds"] } == [.integer(90), .integer(60), nil])
            #expect(
                entries.dropFirst().first?["after"]?["headers"]
                    == .object(["Authorization": .string("*** (changed)")]))
            #expect(Set(entries.compactMap { $0["request_id"]?.string }).count == 3)
            let whole = try await belfry.api("GET", "/audit").body
            for secret in Self.secrets + [secret, "old-5f1b"] { #expect(!whole.text.contains(secret)) }

            #expect(try await belfry.belfry(["keys", "revoke", "auditor"]).status == 0)
            #expect(try await send("GET", "/services/audited/jobs").status == 401)
            let local = "local:\(ProcessInfo.processInfo.userName)"
            let keyEntries = try await belfry.api("GET", "/audit?actor=\(local)&limit=1").body["results"]?.array ?? []
            #expect(keyEntries.first?["action"]?.string == "key.revoked")
            #expect(keyEntries.first?["subject"]?.string == "auditor")
        }
    }
}
