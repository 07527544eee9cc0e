import GRDB
import JobCore

/// The row of a line of reports: how its progress is read, and how it is written.
enum LineProgressRow {
    /// The progress of a line; without a row it has made none.
    static func find(_ line: ReportLine, in database: Database) throws -> LineProgress {
        let statement = try database.cachedStatement(
            sql: """
                SELECT reachable_since_ms, latest_sign_ms, deliverable_since_ms, latest_mark_ms
                FROM report_line WHERE line = ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [line.index])
        guard let row = try rows.next() else { return LineProgress() }
        var column = ColumnReader(row)
        return LineProgress(
            reachableSince: try column.instantIfAny(), latestSignAt: try column.instantIfAny(),
            deliverableSince: try column.instantIfAny(), latestMarkAt: try column.instantIfAny())
    }

    static func write(_ progress: LineProgress, of line: ReportLine, to database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO report_line VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                line.index.databaseValue, progress.reachableSince?.databaseValue,
                progress.latestSignAt?.databaseValue, progress.deliverableSince?.databaseValue,
                progress.latestMarkAt?.databaseValue,
            ])
    }
}
