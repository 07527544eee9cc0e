import JobCore
import PostgreSQL
import Store
import StoreRows

/// What leads a search to executions, in their order.
struct SearchIndex {
    /// The condition on `e` that the index of the executions serves. It has no condition on occurrences.
    var condition: SQLConditions
    /// One list for each of these jobs, if the condition is that of a list of jobs.
    var jobs: [Int64]?

    private init(_ condition: String, _ values: [PostgresValue] = []) {
        self.condition = SQLConditions()
        self.condition.add(condition, values)
    }

    /// All executions.
    static let occurrences = SearchIndex("true")

    static func jobs(_ jobs: [Int64]) -> SearchIndex {
        var index = SearchIndex("e.job = ANY(?::bigint[])", [.integers(jobs)])
        index.jobs = jobs
        return index
    }

    static let failures = SearchIndex("e.status = 4")

    static func failures(_ reason: FailureReason) -> SearchIndex {
        SearchIndex("e.status = 4 AND e.reason = ?::bigint", [.integer(reason.code)])
    }

    /// Not for `Trigger.schedule`, which most executions have.
    static func trigger(_ trigger: Trigger) -> SearchIndex {
        SearchIndex("e.trigger_code <> 0 AND e.trigger_code = ?::bigint", [.integer(trigger.code)])
    }

    static func correlation(_ id: String) -> SearchIndex { SearchIndex("e.correlation_id = ?", [.text(id)]) }

    static func retries(of id: ExecutionID) -> SearchIndex { SearchIndex("e.retry_of = ?", [.id(id)]) }
}
