import Foundation
import InMemoryLogging
import JSON
import JobCore
import SQLiteStore
import Store
import Testing
import Upgrades

/// An upgrade keeps the store of the version before.
@Suite struct EarlierStoreTests {
    /// Opens a copy of a fixture's store, which migrates it.
    private static func withStore(
        of fixture: Fixture, _ body: (SQLiteStore) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.copyItem(atPath: fixture.path("store.sqlite"), toPath: folder.file)
        try await body(folder.store())
        // A row that can't be read would be left out and logged.
        #expect(folder.log.entries.isEmpty, "\(folder.log.entries)")
    }

    /// What the API of that version showed.
    private static func shown(_ list: String, _ fixture: Fixture) throws -> [[String: JSONValue]] {
        let bytes = Array(try Data(contentsOf: URL(filePath: fixture.path("api.json"))))
        guard case .object(let lists) = try JSONValue(parsing: bytes, limits: .trusted),
            case .array(let results) = lists[list]
        else { return [] }
        return results.compactMap { if case .object(let fields) = $0 { fields } else { nil } }
    }

    private static func fields(_ value: some Encodable) throws -> [String: JSONValue] {
        guard case .object(let fields) = try JSONValue(parsing: JSONWriter.bytes(of: value)) else { return [:] }
        return fields
    }

    /// Whether each of the values that were shown is still there. A newer version may have more fields.
    private static func expect(_ now: [String: JSONValue], has before: [String: JSONValue], of name: JSONValue?) {
        for (field, value) in before where now[field] != nil {
            #expect(now[field] == value, "\(field) of \(name?.text ?? "?")")
        }
        #expect(now.count > 5)
    }

    private static func instant(_ value: JSONValue?) -> Instant? {
        guard case .string(let text) = value else { return nil }
        return Instant(rfc3339: text)
    }

    @Test(arguments: Fixture.all)
    func `each job of an earlier store is read as it was, with its guid and its times`(fixture: Fixture) async throws {
        let shown = try Self.shown("jobs", fixture)
        try await Self.withStore(of: fixture) { store in
            let jobs = try await store.jobs(JobQuery(limit: 1_000)).jobs
            #expect(jobs.count == shown.count && shown.count > 20)
            for (job, before) in zip(jobs, shown) {
                let fields = JobFields(job.job, createdAt: job.createdAt, updatedAt: job.updatedAt)
                Self.expect(try Self.fields(fields), has: before, of: before["job_name"])
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `each execution of an earlier store is read as it was, with its attempts and its payload`(
        fixture: Fixture
    ) async throws {
        let shown = try Self.shown("timelines", fixture)
        try await Self.withStore(of: fixture) { store in
            let executions = try await store.executions(ExecutionQuery()).executions
            #expect(executions.count == shown.count && shown.count > 20)
            for (execution, before) in zip(executions, shown) {
                Self.expect(try Self.fields(ExecutionFields(execution)), has: before, of: before["job_name"])
                if case .string(let payload) = before["payload"], let own = execution.payload {
                    #expect(own == payload)
                }
            }
        }
    }

    @Test(arguments: Fixture.all)
    func `keys, secrets, pauses and the audit trail of an earlier store are read as they were`(
        fixture: Fixture
    ) async throws {
        let audit = try Self.shown("audit", fixture)
        let keys = try Self.shown("keys", fixture)
        let pauses = try Self.shown("pauses", fixture)
        try await Self.withStore(of: fixture) { store in
            let found = try await store.apiKeys()
            #expect(found.map { JSONValue.string($0.name) } == keys.map { $0["name"] })
            #expect(found.map { $0.createdAt } == keys.map { Self.instant($0["created_at"]) })
            var entries: [AuditEntry] = []
            var more: Int64?
            repeat {
                let page = try await store.audit(AuditQuery(more: more))
                entries += page.entries
                more = page.more
            } while more != nil
            #expect(entries.map { JSONValue.string($0.action.rawValue) } == audit.map { $0["action"] })
            #expect(audit.count > 40)
            let inForce = try await store.pauses(inForceAt: try #require(Instant(rfc3339: "2190-01-01T00:00:00Z")))
            #expect(inForce.count == pauses.count && pauses.count == 4)
            let secrets = try await store.secrets(of: "shop")
            #expect(secrets.filter { $0.sealed != nil }.count == 2 && secrets.count == 3)
        }
    }
}
