import PostgreSQL

/// Conditions of a WHERE clause, all of which must hold, with their values. A `?` stands for each value until the whole
/// statement is known: then they get their numbers. No condition has another `?`.
struct SQLConditions {
    private var conditions: [String] = []
    private(set) var values: [PostgresValue] = []

    var isEmpty: Bool { conditions.isEmpty }

    /// The conditions as one expression, with `?`.
    var text: String { conditions.isEmpty ? "true" : conditions.joined(separator: " AND ") }

    mutating func add(_ condition: String, _ values: [PostgresValue] = []) {
        conditions.append(condition)
        self.values += values
    }

    mutating func add(_ others: SQLConditions) {
        guard !others.isEmpty else { return }
        conditions.append(others.text)
        values += others.values
    }

    /// `text` with `$1` for its first `?`, and so on; `first` is another number to begin with.
    func numbered(from first: Int = 1) -> String { Self.numbering(text, from: first) }

    /// A statement with `$1` for its first `?`, and so on.
    static func numbering(_ sql: String, from first: Int = 1) -> String {
        var (numbered, number) = ("", first)
        for character in sql {
            if character == "?" {
                numbered += "$\(number)"
                number += 1
            } else {
                numbered.append(character)
            }
        }
        return numbered
    }
}
