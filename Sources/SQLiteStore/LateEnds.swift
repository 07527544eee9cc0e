import GRDB
import JobCore

/// Enters executions whose end is recorded so late that `HistoryRemoval` has passed it already, inside one transaction:
/// they would stay for good otherwise.
struct LateEnds {
    private let database: Database
    /// The end up to which the history was gone through, once it was read.
    private var passedMilliseconds: Int64?

    init(_ database: Database) {
        self.database = database
    }

    /// To be called for each execution that is recorded as over; `endedAt` is nil for one that is open.
    mutating func note(_ execution: Int64, endedAt: Instant?) throws {
        guard let endedAt else { return }
        let passed =
            try passedMilliseconds
            ?? Int64.fetchOne(
                try database.cachedStatement(sql: "SELECT finished_ms FROM history_removal"))
        passedMilliseconds = passed
        guard let passed, endedAt.millisecondsSinceEpoch <= passed else { return }
        try database.execute(
            sql: "INSERT OR IGNORE INTO removable_execution VALUES (?)", arguments: [execution])
    }
}
