import GRDB
import JobCore

/// Finds rows by many ids with few statements: to start a statement costs more than to find a row.
enum ManyIDs {
    private static let statementMax = 64

    /// The list of one statement's ids, for use after `IN`.
    static let placeholders = "(" + Array(repeating: "?", count: statementMax).joined(separator: ", ") + ")"

    /// Calls `body` with each row that `statement`, which has no arguments but `placeholders`, finds for these ids.
    static func forEachRow<Subject>(
        of ids: [Identifier<Subject>], with statement: Statement, _ body: (Row) throws -> Void
    ) throws {
        for start in stride(from: 0, to: ids.count, by: statementMax) {
            let some = ids[start..<min(start + statementMax, ids.count)]
            // NULL equals no id.
            let values: [(any DatabaseValueConvertible)?] =
                some.map(\.databaseValue) + Array(repeating: nil, count: statementMax - some.count)
            let rows = try Row.fetchCursor(statement, arguments: StatementArguments(values))
            while let row = try rows.next() { try body(row) }
        }
    }
}
