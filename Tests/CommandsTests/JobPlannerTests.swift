import JSON
import JobCore
import TestServers
import Testing

@testable import Commands

@Suite struct `The owner of jobs` {
    /// What becomes of a job that an owner applies.
    struct Case: Sendable, CustomTestStringConvertible {
        var option: String?
        var file: String?
        /// Nil: there is no such job.
        var record: JSONValue?
        var takesOver = false
        /// The fields that change, or the beginning of the mistake.
        var result: [String]

        var testDescription: String {
            "--owner \(option ?? "none"), file \(file ?? "none"), on record \(record?.text ?? "no job"): \(result)"
        }
    }

    private static let cases = [
        Case(option: "a", record: .null, result: [#"owner: null → "a""#]),
        Case(option: "a", record: .string("a"), result: []),
        Case(option: "a", record: .string("b"), result: ["it is managed by “b”"]),
        Case(option: "a", record: .string("b"), takesOver: true, result: [#"owner: "b" → "a""#]),
        Case(option: "a", file: "a", record: .string("a"), result: []),
        Case(option: "a", file: "b", record: .null, result: ["/owner: is “b”, and --owner is “a”"]),
        Case(option: "a", file: "b", record: .string("a"), takesOver: true, result: ["/owner: is “b”"]),
        Case(file: "b", record: .string("b"), result: []),
        Case(file: "b", record: .null, result: [#"owner: null → "b""#]),
        Case(record: .string("b"), result: [#"owner: "b" → null"#]),
    ]

    @Test(arguments: cases) func `is set on each job of the files, and never taken without being asked`(
        test: Case
    ) throws {
        let job = try SampleJobs.fileJob("a", test.file.map { #", "owner": "\#($0)""# } ?? "")
        let planner = JobPlanner(owner: test.option, takesOver: test.takesOver)
        let current = test.record.map { [SampleJobs.shown("a", ["owner": $0])] } ?? []
        do {
            let plan = try planner.plan([job], current: current)
            #expect(plan.changes.flatMap(\.fields).map(\.line) == test.result)
        } catch {
            #expect(error.faults.count == 1)
            #expect(error.faults.first?.message.hasPrefix("billing/a: \(test.result[0])") == true, "\(error)")
        }
    }

    @Test func `is in the document of a job that is created or adopted`() throws {
        let jobs = try ["new", "adopted"].map { try SampleJobs.fileJob($0) }
        let plan = try JobPlanner(owner: "a").plan(jobs, current: [SampleJobs.shown("adopted", [:])])
        #expect(plan.changes.map { $0.document?["owner"]?.string } == ["a", "a"])
    }

    @Test func `names all jobs at fault at once, and changes nothing`() throws {
        let jobs = try ["x", "y", "z"].map { try SampleJobs.fileJob($0) }
        let current = ["x", "z"].map { SampleJobs.shown($0, ["owner": .string("b")]) }
        let error = #expect(throws: InvalidFiles.self) { try JobPlanner(owner: "a").plan(jobs, current: current) }
        #expect(error?.faults.count == 2)
    }

    @Test(
        arguments: [
            (nil, ["billing/mine", "billing/nobodys", "billing/theirs"]), ("a", ["billing/mine", "shipping/mine"]),
        ] as [(String?, [String])])
    func `decides what is pruned: its jobs in all services, or those of the files' services`(
        owner: String?, deleted: [String]
    ) throws {
        let current = [
            SampleJobs.shown("theirs", ["owner": .string("b")]), SampleJobs.shown("nobodys", [:]),
            SampleJobs.shown("mine", ["owner": .string("a"), "service_name": .string("shipping")]),
            SampleJobs.shown("mine", ["owner": .string("a")]), SampleJobs.shown("kept", ["owner": .string("a")]),
            SampleJobs.shown("x", ["owner": .string("b"), "service_name": .string("shipping")]),
        ]
        let planner = JobPlanner(owner: owner, prunes: true)
        let kept = [try SampleJobs.fileJob("kept", #", "owner": "a""#)]
        let plan = try planner.plan(kept, current: current)
        #expect(plan.changes.map(\.line) == deleted.map { "- \($0)" } && plan.deletionCount == deleted.count)
        #expect(planner.concernsAllServices == (owner != nil))
        let empty = try planner.plan([], current: current).changes.map { "\($0.name)" }
        #expect(empty == (owner == nil ? [] : ["billing/kept", "billing/mine", "shipping/mine"]))
        #expect(try JobPlanner(owner: owner).plan(kept, current: current).changes.isEmpty)
    }
}
