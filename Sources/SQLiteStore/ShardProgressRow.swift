import GRDB
import JobCore

/// The row of a line of reports: how its progress is read, and how it is written.
enum ShardProgressRow {
    /// The progress of a line; without a row it has made none.
    static func find(_ shard: ReportShard, in database: Database) throws -> ShardProgress {
        let statement = try database.cachedStatement(
            sql: """
                SELECT reachable_since_ms, latest_sign_ms, deliverable_since_ms, latest_mark_ms
                FROM report_shard WHERE shard = ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [shard.index])
        guard let row = try rows.next() else { return ShardProgress() }
        var column = ColumnReader(row)
        return ShardProgress(
            reachableSince: try column.instantIfAny(), latestSignAt: try column.instantIfAny(),
            deliverableSince: try column.instantIfAny(), latestMarkAt: try column.instantIfAny())
    }

    static func write(_ progress: ShardProgress, of shard: ReportShard, to database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO report_shard VALUES (?, ?, ?, ?, ?)").execute(
            arguments: [
                shard.index.databaseValue, progress.reachableSince?.databaseValue,
                progress.latestSignAt?.databaseValue, progress.deliverableSince?.databaseValue,
                progress.latestMarkAt?.databaseValue,
            ])
    }
}
