import JobCore
import PostgreSQL

/// The row of a line of reports: how its progress is read, and how it is written.
enum LineProgressRow {
    private static let columns =
        "line, reachable_since_ms, latest_sign_ms, deliverable_since_ms, latest_mark_ms"

    /// The line $1, which nobody else changes before this transaction has ended.
    static let selectToChange = "SELECT \(columns) FROM report_line WHERE line = $1 FOR UPDATE"

    private static let upsert = """
        INSERT INTO report_line (\(columns)) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (line) DO UPDATE SET reachable_since_ms = excluded.reachable_since_ms,
            latest_sign_ms = excluded.latest_sign_ms, deliverable_since_ms = excluded.deliverable_since_ms,
            latest_mark_ms = excluded.latest_mark_ms
        """

    /// The progress of each line, in the order of `ReportLine.allCases`; without a row it has made none.
    static func all(in database: PostgresDatabase) throws -> [LineProgress] {
        let rows = try database.rows("SELECT \(columns) FROM report_line ORDER BY line")
        var found: [Int64: LineProgress] = [:]
        for row in rows { found[try row.value(0)] = try read(row) }
        return ReportLine.allCases.map { found[Int64($0.index)] ?? LineProgress() }
    }

    static func read(_ row: PostgresRow) throws -> LineProgress {
        var column = ColumnReader(row, from: 1)
        return LineProgress(
            reachableSince: try column.instantIfAny(), latestSignAt: try column.instantIfAny(),
            deliverableSince: try column.instantIfAny(), latestMarkAt: try column.instantIfAny())
    }

    /// Writes with the next round trip.
    static func enqueue(_ progress: LineProgress, of line: ReportLine, to database: PostgresDatabase) {
        database.enqueue(
            upsert,
            [
                .integer(Int64(line.index)), .instant(progress.reachableSince), .instant(progress.latestSignAt),
                .instant(progress.deliverableSince), .instant(progress.latestMarkAt),
            ])
    }
}
