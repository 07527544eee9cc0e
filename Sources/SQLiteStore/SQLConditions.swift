import GRDB

/// Conditions of a WHERE clause, all of which must hold, with their arguments.
struct SQLConditions {
    private var conditions: [String] = []
    private(set) var values: [DatabaseValue] = []

    var arguments: StatementArguments { StatementArguments(values) }

    var isEmpty: Bool { conditions.isEmpty }

    /// The conditions as one expression.
    var text: String { conditions.isEmpty ? "1" : conditions.joined(separator: " AND ") }

    mutating func add(_ condition: String, _ values: [DatabaseValue] = []) {
        conditions.append(condition)
        self.values += values
    }

    mutating func add(_ others: SQLConditions) {
        guard !others.isEmpty else { return }
        conditions.append(others.text)
        values += others.values
    }
}
