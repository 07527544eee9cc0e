import GRDB
import JobCore
import Store
import StoreRows

/// Adds the last success of an execution's job, for the dispatcher, which hands it to the run.
struct LastSuccessFinder {
    private let find: Statement
    private let unreadable: UnreadableRows

    init(_ database: Database, leavingOut unreadable: UnreadableRows) throws {
        self.unreadable = unreadable
        find = try database.cachedStatement(
            sql: """
                SELECT e.id, e.occurrence_ms, e.invoked_ms, e.state, e.summary
                FROM last_success s JOIN execution e ON e.seq = s.execution WHERE s.job = ?
                """)
    }

    /// Looks the last success up only for an exclusive execution that is open: no other run receives one.
    func recorded(_ execution: Execution, job: Int64, isNew: Bool) throws -> RecordedExecution {
        let receivesSuccess = execution.isExclusive && !execution.state.status.isFinal
        return RecordedExecution(
            execution: execution, isNew: isNew, lastSuccess: receivesSuccess ? try lastSuccess(of: job) : nil)
    }

    private func lastSuccess(of job: Int64) throws -> LastSuccess? {
        let rows = try Row.fetchCursor(find, arguments: [job])
        guard let row = try rows.next() else { return nil }
        return try unreadable.value {
            try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
                var column = ColumnReader(row)
                return LastSuccess(
                    executionID: try column.identifier(), occurrence: try column.instant(),
                    invokedAt: try column.instantIfAny(), state: try column.next(), summary: try column.next())
            }
        }
    }
}
