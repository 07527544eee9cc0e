internal import GRDB
internal import JobCore

/// Looks rows up by many ids with few statements: to begin one costs more than to find a row.
enum ManyIDs {
    private static let atOnce = 64

    /// To stand after `IN`.
    static let placeholders = "(" + Array(repeating: "?", count: atOnce).joined(separator: ", ") + ")"

    /// Calls `body` for each row that `statement`, whose arguments are `placeholders` alone, finds for these ids.
    static func forEachRow<Subject>(
        of ids: [Identifier<Subject>], with statement: Statement, _ body: (Row) throws -> Void
    ) throws {
        for start in stride(from: 0, to: ids.count, by: atOnce) {
            let some = ids[start..<min(start + atOnce, ids.count)]
            // NULL equals no id.
            let values: [(any DatabaseValueConvertible)?] =
                some.map(\.databaseValue) + Array(repeating: nil, count: atOnce - some.count)
            let rows = try Row.fetchCursor(statement, arguments: StatementArguments(values))
            while let row = try rows.next() { try body(row) }
        }
    }
}
