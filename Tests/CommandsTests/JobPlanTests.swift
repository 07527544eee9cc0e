import JSON
import JobCore
import TestServers
import Testing

@testable import Commands

@Suite struct `A plan of changes` {
    private struct Stop: Error {}

    private static func plan(_ jobs: [FileJob], _ current: [ShownJob] = [], prunes: Bool = false) throws -> JobPlan {
        try JobPlanner(prunes: prunes).plan(jobs, current: current)
    }

    @Test func `creates, replaces or keeps a job by what the API shows`() throws {
        let job = try SampleJobs.fileJob("a")
        #expect(try Self.plan([job]).changes.map(\.action) == [.create])
        let shown: [String: JSONValue] = [
            "job_guid": .string("g"), "created_at": .null, "updated_at": .null, "next_occurrence": .null,
            "payload": .null, "time_zone": .string("UTC"), "timeout_seconds": .integer(15), "tags": .array([]),
            "paused": .object([:]), "etag": .string("v1"), "overlap": .string("allow"),
        ]
        #expect(try Self.plan([job], [SampleJobs.shown("a", shown)]).changes.isEmpty, "a pause is no difference")
        let other = try Self.plan([job], [SampleJobs.shown("a", shown.merging(["ttl_seconds": .integer(61)]) { $1 })])
        let change = try #require(other.changes.first)
        #expect(change.action == .replace && change.document == job.document && change.etag == "v1")
        #expect(change.lines == ["~ billing/a", "    ttl_seconds: 61 → 60"])
        let unreadable = shown.merging(["ttl_seconds": .string("x")]) { $1 }
        #expect(try Self.plan([job], [SampleJobs.shown("a", unreadable)]).changes.map(\.action) == [.replace])
    }

    private static let differences: [(file: String, shown: [String: JSONValue], lines: [String])] = [
        (#""payload": "b""#, ["payload": .string("a")], [#"payload: "a" → "b""#]),
        (#""retry": {"max_attempts": 4}"#, [:], ["retry.max_attempts: 3 → 4"]),
        (#""tags": ["a", "b"]"#, ["tags": .array([.string("a")])], [#"tags: ["a"] → ["a","b"]"#]),
        (#""headers": {"X-A": "secret"}"#, [:], ["headers.X-A: null → ***"]),
        (#""headers": {"X-A": "1"}"#, ["headers": .object(["X-A": .string("2")])], ["headers.X-A: *** → ***"]),
        (#""headers": {"X-A": "1"}"#, ["headers": .object(["X-A": .string("***")])], ["headers.X-A: *** → ***"]),
        (#""headers": {"X-A": "***"}"#, ["headers": .object(["X-A": .string("2")])], []),
        (#""headers": {"X-A": "***"}"#, ["headers": .object(["X-A": .string("***")])], []),
        (#""description": null"#, ["headers": .object(["X-A": .string("2")])], ["headers.X-A: *** → null"]),
        (#""time_zone": "UTC", "dst": "skip", "misfire": "last", "overlap": "allow""#, [:], []),
        (#""start_at": "2030-01-01T01:00:00+01:00""#, ["start_at": .string("2030-01-01T00:00:00Z")], []),
    ]

    @Test(arguments: differences)
    func `shows the fields that differ once defaults are filled in, and no value of a header`(
        file: String, shown: [String: JSONValue], lines: [String]
    ) throws {
        let plan = try Self.plan([try SampleJobs.fileJob("a", ", \(file)")], [SampleJobs.shown("a", shown)])
        #expect(plan.changes.first?.fields.map { $0.line.replacing("\"***\"", with: "***") } ?? [] == lines)
        #expect(!plan.json.text.contains("secret") && !plan.lines.joined().contains("secret"))
    }

    @Test func `shows the part of long values in which they differ`() {
        let same = String(repeating: "x", count: 500)
        let line = FieldChange(field: "payload", before: .string(same + "1"), after: .string(same + "2")).line
        #expect(line == "payload: …\(same.prefix(20))1\" → …\(same.prefix(20))2\"")
        let new = FieldChange(field: "payload", before: .null, after: .string(same)).line
        #expect(new == "payload: null → \"\(same.prefix(99))…")
    }

    @Test func `is made in batches of at most 500 changes and 6 MiB, and job by job if each is tested`() throws {
        let surplus = (0..<700).map { SampleJobs.shown("old\($0)", [:]) }
        let jobs = try ["a", "b"].map { try SampleJobs.fileJob($0) }
        let plan = try Self.plan(jobs, surplus, prunes: true)
        #expect(plan.batches() == [0..<500, 500..<702])
        #expect(plan.batches(eachPut: true) == [0..<1, 1..<2, 2..<502, 502..<702])
        #expect(JobPlan([]).batches().isEmpty)
        var padded = try (0..<4).map { try SampleJobs.fileJob("a\($0)") }
        for index in padded.indices { padded[index].bytes = 2 * 1_024 * 1_024 }
        #expect(try Self.plan(padded).batches() == [0..<2, 2..<4])
    }

    @Test func `goes on after a change that is refused, and reports it`() async throws {
        var plan = try Self.plan(try ["a", "b", "c"].map { try SampleJobs.fileJob($0) })
        try await plan.carryOut(plan.batches(eachPut: true)) { changes in
            if changes.map(\.name.job) == ["b"] { throw RefusedChange(lines: ["why"]) }
        }
        #expect(plan.hasRefusals && plan.outcome == "2 created, 0 replaced, 0 deleted")
        #expect(plan.report == ["refused: + billing/b", "why", "made: + billing/a", "made: + billing/c"])
        #expect(plan.json["changes"]?.array?.map { $0["made"] == .bool(true) } == [true, false, true])
    }

    @Test func `deletes no job once a change is refused`() async throws {
        let jobs = try ["a", "b"].map { try SampleJobs.fileJob($0) }
        var plan = try Self.plan(jobs, [SampleJobs.shown("old", [:])], prunes: true)
        var made: [String] = []
        try await plan.carryOut(plan.batches(eachPut: true)) { changes in
            if changes.first?.name.job == "a" { throw RefusedChange(lines: ["why"]) }
            made += changes.map(\.line)
        }
        #expect(made == ["+ billing/b"] && plan.outcome == "1 created, 0 replaced, 0 deleted")
        #expect(
            plan.report == ["refused: + billing/a", "why", "made: + billing/b", "not made: - billing/old"])
    }

    @Test func `is carried out in its order, and reports what was made when a batch fails`() async throws {
        let jobs = try ["a", "b", "c"].map { try SampleJobs.fileJob($0) }
        var plan = try Self.plan(jobs, [SampleJobs.shown("d", [:])], prunes: true)
        var made: [String] = []
        await #expect(throws: Stop.self) {
            try await plan.carryOut(plan.batches(eachPut: true)) { changes in
                if changes.first?.name.job == "c" { throw Stop() }
                made += changes.map(\.line)
            }
        }
        #expect(made == ["+ billing/a", "+ billing/b"] && !plan.hasRefusals)
        #expect(
            plan.report == [
                "failed: + billing/c", "made: + billing/a", "made: + billing/b", "not made: - billing/d",
            ])
        #expect(plan.json["changes"]?.array?.map { $0["made"] == .bool(true) } == [true, true, false, false])
        #expect(plan.lines.last == "3 to create, 0 to replace, 1 to delete, 0 unchanged")
    }

    @Test func `asks for each change on condition that the job is as it was, and knows the job at a pointer`() throws {
        let jobs = try ["a", "b"].map { try SampleJobs.fileJob($0) }
        let current = [
            SampleJobs.shown("b", ["ttl_seconds": .integer(1), "etag": .string("v2")]),
            SampleJobs.shown("old", ["etag": .string("v3")]),
        ]
        let request = JobBatchRequest(try Self.plan(jobs, current, prunes: true).changes)
        let puts = try #require(request.body["put"]?.array)
        #expect(
            puts.map { $0["create_only"] } == [.bool(true), nil] && puts.map { $0["etag"]?.string } == [nil, "v2"])
        #expect(puts.map { $0["job_name"]?.string } == ["a", "b"] && puts[0]["ttl_seconds"] == .integer(60))
        let deletion: [String: JSONValue] = [
            "service_name": .string("billing"), "job_name": .string("old"), "etag": .string("v3"),
        ]
        #expect(request.body["delete"] == .array([.object(deletion)]))
        let found = ["/put/1/retry/max_attempts", "/put/0", "/delete/0/etag", "/put/2", "/other/0/x", "", "/put/x"].map
        {
            request.job(at: $0).map { "\($0.name) \($0.rest)" }
        }
        #expect(found == ["billing/b /retry/max_attempts", "billing/a ", "billing/old /etag", nil, nil, nil, nil])
    }
}
