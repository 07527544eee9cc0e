import JSON
import JobCore
import TestServers
import Testing

@testable import Commands

@Suite struct `A plan of changes` {
    private struct Stop: Error {}

    private static func job(_ name: String, _ more: String = "") throws -> FileJob {
        guard case .object(var fields) = try JSONValue(parsing: Array(SampleJobs.json(name, more).utf8)) else {
            throw Stop()
        }
        (fields["service_name"], fields["job_name"]) = (nil, nil)
        return FileJob(
            name: JobName(service: "billing", job: name), document: .object(fields), place: FilePlace(file: "a"))
    }

    @Test func `creates, replaces or keeps a job by what the API shows`() throws {
        let job = try Self.job("a")
        guard case .object(var shown) = job.document else { throw Stop() }
        #expect(JobChange(job, current: nil).action == .create)
        shown.merge([
            "service_name": .string("billing"), "job_name": .string("a"), "job_guid": .string("g"),
            "created_at": .null, "updated_at": .null, "next_occurrence": .null, "payload": .null,
            "time_zone": .string("UTC"), "timeout_seconds": .integer(15), "tags": .array([]),
        ]) { $1 }
        let same = JobChange(job, current: .object(shown))
        #expect(same.action == .keep && same.document == nil)
        shown["ttl_seconds"] = .integer(61)
        let other = JobChange(job, current: .object(shown))
        #expect(other.action == .replace && other.document == job.document)
        shown["ttl_seconds"] = .string("unreadable")
        #expect(JobChange(job, current: .object(shown)).action == .replace)
    }

    @Test func `goes on after a change that is refused, and reports it`() async throws {
        var plan = JobPlan(try ["a", "b", "c"].map { JobChange(try Self.job($0), current: nil) })
        try await plan.carryOut { change in
            if change.name.job == "b" { throw RefusedChange(lines: ["why"]) }
        }
        #expect(
            plan.report == ["refused: create billing/b", "why", "made: create billing/a", "made: create billing/c"])
        #expect(plan.json.array?.map { $0["made"] == .bool(true) } == [true, false, true])
    }

    @Test func `is carried out in its order, and reports what was made when a change fails`() async throws {
        let keep = try Self.job("kept")
        let changes = [
            JobChange(try Self.job("a"), current: nil), JobChange(keep, current: keep.document),
            JobChange(try Self.job("b"), current: nil), JobChange(try Self.job("c"), current: nil),
            JobChange(deletionOf: JobName(service: "billing", job: "d")),
        ]
        var plan = JobPlan(changes)
        var made: [String] = []
        do {
            try await plan.carryOut { change in
                if change.name.job == "c" { throw Stop() }
                made.append(change.line)
            }
            Issue.record("the failure of a change was not thrown")
        } catch is Stop {}
        #expect(made == ["create billing/a", "create billing/b"])
        #expect(
            plan.report == [
                "failed: create billing/c", "made: create billing/a", "made: create billing/b",
                "not made: delete billing/d",
            ])
        let flags = plan.json.array?.map { $0["made"] == .bool(true) }
        #expect(flags == [true, true, true, false, false])
    }
}
