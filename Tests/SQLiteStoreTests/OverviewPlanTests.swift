import GRDB
import Testing

@testable import SQLiteStore

/// Guarantee: what an operator looks at costs no more with a long history.
@Suite struct `What is counted for an operator` {
    private static let statements: [(sql: String, arguments: [String], plan: String)] = [
        (SQLiteStore.countJobs, [], "SCAN job USING COVERING INDEX job_by_schedule"),
        (
            SQLiteStore.countOpen, [],
            "SEARCH execution USING COVERING INDEX execution_by_deadline (deadline_ms>?)"
        ),
        (SQLiteStore.countPending, [], "SCAN execution USING INDEX execution_by_due"),
        (
            SQLiteStore.earliestDue, [],
            "SCAN e USING INDEX execution_by_due; SEARCH j USING INTEGER PRIMARY KEY (rowid=?)"
        ),
        (SQLiteStore.jobsOfServices(true), ["a"], "SEARCH job USING COVERING INDEX job_listed (service=?)"),
        (SQLiteStore.jobsOfServices(false), ["a", "9"], "SEARCH job USING COVERING INDEX job_listed (service>?)"),
        (
            SQLiteStore.jobsOfSchedules(false), ["a", "b", "c"],
            "SEARCH job USING COVERING INDEX job_by_schedule ((expression,time_zone,dst)>(?,?,?))"
        ),
        (
            SQLiteStore.jobsOfSchedules(true), ["a", "b", "c", "d"],
            "SEARCH job USING COVERING INDEX job_by_schedule ((expression,time_zone,dst)>(?,?,?))"
        ),
    ]

    @Test(arguments: statements)
    func `is read from one index, and nothing is sorted`(
        statement: (sql: String, arguments: [String], plan: String)
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let plan = try await folder.store().read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN \(statement.sql)",
                arguments: StatementArguments(statement.arguments)
            ).map { $0["detail"] as String }.joined(separator: "; ")
        }
        #expect(plan == statement.plan)
    }
}
