import JobCore
import PostgreSQL
import Store
import StoreRows

/// The last success of a job, which the dispatcher hands to the next run.
enum LastSuccessRow {
    /// Those of the jobs $1.
    static let select = """
        SELECT execution, occurrence_ms, invoked_ms, state, summary, job FROM last_success WHERE job = ANY($1)
        """

    /// Those executions of $1, all of which have ended with success, become their jobs' last successes; unless an
    /// execution is older than its job, which was deleted and put again while it ran.
    static let upsert = """
        INSERT INTO last_success (job, execution, occurrence_ms, invoked_ms, state, summary)
        SELECT DISTINCT ON (u.job) u.job, u.execution, u.occurrence_ms, u.invoked_ms, u.state, u.summary
        FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[])
            WITH ORDINALITY u(job, execution, occurrence_ms, invoked_ms, state, summary, created_ms, number)
            JOIN job j ON j.seq = u.job
        WHERE u.created_ms >= j.created_ms OR j.deleted_ms IS NOT NULL
        ORDER BY u.job, u.number DESC
        ON CONFLICT (job) DO UPDATE SET execution = excluded.execution, occurrence_ms = excluded.occurrence_ms,
            invoked_ms = excluded.invoked_ms, state = excluded.state, summary = excluded.summary
        """

    /// The values of `upsert`. The later of two successes of one job counts.
    static func values(_ successes: [(execution: Execution, job: Int64)]) -> [PostgresValue] {
        [
            .integers(successes.map(\.job)), .ids(successes.map(\.execution.id)),
            .integers(successes.map { $0.execution.occurrence.millisecondsSinceEpoch }),
            .integers(successes.map { $0.execution.state.invokedAt?.millisecondsSinceEpoch }),
            .texts(successes.map(\.execution.outcome.state)), .texts(successes.map(\.execution.outcome.summary)),
            .integers(successes.map { $0.execution.createdAt.millisecondsSinceEpoch }),
        ]
    }

    /// The answers for executions: only an exclusive one that is open receives a last success.
    static func recorded(
        _ executions: [(execution: Execution, job: Int64, isNew: Bool)], in database: PostgresDatabase,
        leavingOut unreadable: UnreadableRows
    ) throws -> [RecordedExecution] {
        func receives(_ execution: Execution) -> Bool { execution.isExclusive && !execution.state.status.isFinal }
        let jobs = Set(executions.filter { receives($0.execution) }.map(\.job))
        var successes: [Int64: LastSuccess] = [:]
        if !jobs.isEmpty {
            for row in try database.rows(select, [.integers(jobs.sorted())]) {
                guard let success = try unreadable.value({ try read(row) }) else { continue }
                successes[try row.value(5)] = success
            }
        }
        return executions.map { item in
            RecordedExecution(
                execution: item.execution, isNew: item.isNew,
                lastSuccess: receives(item.execution) ? successes[item.job] : nil)
        }
    }

    private static func read(_ row: PostgresRow) throws -> LastSuccess {
        try UnreadableRow.naming(.execution, ExecutionRow.subject(row)) {
            var column = ColumnReader(row)
            return LastSuccess(
                executionID: try column.identifier(), occurrence: try column.instant(),
                invokedAt: try column.instantIfAny(), state: try column.next(), summary: try column.next())
        }
    }
}
