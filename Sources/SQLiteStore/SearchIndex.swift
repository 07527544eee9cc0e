import GRDB
import JobCore
import StoreRows

/// An index of executions that ends in their occurrence (SQLite appends `seq` to it). So its entries for one value of
/// the columns before that are a list in the order of `ExecutionPosition`.
struct SearchIndex {
    let name: String
    /// Holds for the entries of a list, with the list's value as its argument if it has one. It repeats the condition
    /// of a partial index, without which SQLite may not use that.
    let condition: String
    /// One list each; nil if the whole index is one list.
    let values: [DatabaseValue]?

    var listCount: Int { values?.count ?? 1 }

    /// A statement with one row for each list, in their order: its number, and the value of `expression`, a subquery
    /// with this index's condition that `condition` stands for. Takes the list of values as its last argument.
    func eachList(_ expression: (_ condition: String) -> String) -> String {
        let value = condition.replacing("?", with: "l.value")
        let source = listCount == 1 ? "(SELECT 0 AS key, ? AS value) l" : "json_each(?) l"
        return "SELECT l.key, (\(expression(value))) FROM \(source)"
    }

    /// The last argument of `eachList`. Several values are numbers.
    var listsArgument: DatabaseValue {
        guard let values else { return .null }
        if values.count == 1 { return values[0] }
        let numbers = values.map { Int64.fromDatabaseValue($0).map(String.init) ?? "null" }
        return "[\(numbers.joined(separator: ","))]".databaseValue
    }

    /// All executions.
    static let occurrences = SearchIndex(name: "execution_by_occurrence", condition: "1", values: nil)

    static func jobs(_ jobs: [Int64]) -> SearchIndex {
        SearchIndex(name: "execution_by_job", condition: "e.job = ?", values: jobs.map(\.databaseValue))
    }

    /// The executions that failed for one of these reasons. Nil is no reason, which no execution should have.
    static func failures(_ reasons: [FailureReason?]) -> SearchIndex {
        SearchIndex(
            name: "execution_failed", condition: "e.status = 4 AND e.reason IS ?",
            values: reasons.map { ($0?.code).databaseValue })
    }

    /// Not for `Trigger.schedule`, which most executions have.
    static func trigger(_ trigger: Trigger) -> SearchIndex {
        SearchIndex(
            name: "execution_by_trigger", condition: "e.trigger_code <> 0 AND e.trigger_code = ?",
            values: [trigger.code.databaseValue])
    }

    static func correlation(_ id: String) -> SearchIndex {
        SearchIndex(name: "execution_by_correlation", condition: "e.correlation_id = ?", values: [id.databaseValue])
    }

    static func retries(of id: ExecutionID) -> SearchIndex {
        SearchIndex(name: "execution_by_retried", condition: "e.retry_of = ?", values: [id.databaseValue])
    }
}
